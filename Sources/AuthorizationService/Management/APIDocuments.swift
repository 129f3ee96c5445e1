internal import AuthorizationCore

extension MemberReader {
    /// One revision of an API.
    mutating func apiRevision() -> APIRevision {
        var content = APIRevision()
        content.name = required("name", value("name"), else: Name())
        content.basePath = required("base_path", text("base_path"), else: "")
        content.version = text("version") ?? "1"
        content.resource = text("resource")
        content.sector = text("sector")
        content.scopes = values("scopes") ?? []
        content.requireBound = flag("require_bound") ?? false
        content.tokenTTLSeconds = integer("token_ttl_seconds")
        content.interceptors = groups("interceptors") { $0.interceptor() } ?? []
        content.accessRules = groups("access_rules") { $0.accessRule() } ?? []
        return content
    }

    private mutating func interceptor() -> Interceptor {
        var interceptor = Interceptor()
        interceptor.kind = required("type", value("type"), else: .oauth)
        interceptor.grants = values("grants") ?? []
        return interceptor
    }

    private mutating func accessRule() -> AccessRule {
        var rule = AccessRule()
        rule.name = required("name", text("name"), else: "")
        rule.methods = values("methods")
        rule.path = text("path")
        rule.actions = values("actions")
        rule.resourceType = text("resource_type")
        rule.require = group("require") { $0.accessRequirement() } ?? AccessRequirement()
        return rule
    }

    private mutating func accessRequirement() -> AccessRequirement {
        var requirement = AccessRequirement()
        requirement.acr = text("acr")
        requirement.audience = text("audience")
        requirement.bound = flag("bound")
        requirement.caller = value("caller")
        requirement.equal = map("equal") ?? []
        requirement.firstParty = flag("first_party")
        requirement.grant = value("grant")
        requirement.maximumAgeSeconds = integer("max_age_seconds")
        requirement.scopes = values("scopes")
        requirement.subjectType = value("subject_type")
        requirement.vot = values("vot")
        requirement.vtm = text("vtm")
        return requirement
    }
}
