internal import AuthorizationCore
internal import IdentityClient

/// A revision of an API Identity as it was asked for: its destinations are texts still, with what must be sealed.
struct IdentityDocument {
    var content = IdentityRevision()
    /// By the path of the sealed field in the event's data.
    var queries: [SealedText] = []
    var apis: [APIID] = []
    var sameUserStore: Bool?
}

/// A value of an event that is sealed before the event is proposed.
struct SealedText {
    var path: String
    var text: [UInt8]
}

extension MemberReader {
    /// One revision of an API Identity. Destinations are parsed, judged by the policy, and parted from their queries.
    mutating func identityDocument(registering: Bool, under policy: DestinationPolicy) -> IdentityDocument {
        var document = IdentityDocument()
        document.content.name = required("name", value("name"), else: Name())
        document.content.version = text("version") ?? "1"
        document.content.basePath = text("base_path") ?? ""
        readDestinations(into: &document, under: policy)
        document.content.userStore = value("user_store")
        document.content.subjectFrom = value("subject_from") ?? .userName
        document.content.body = value("body") ?? .json
        document.content.accept = group("accept") { $0.acceptedAnswers() } ?? AcceptedAnswers()
        document.content.onUnavailable = value("on_unavailable") ?? .continue
        document.content.probe = value("probe") ?? .on
        document.content.timeoutMilliseconds = integer("timeout_ms") ?? document.content.timeoutMilliseconds
        document.content.maximumInFlight = integer("maximum_in_flight") ?? document.content.maximumInFlight
        document.content.certificateAuthority = text("ca")
        document.content.forward = groups("forward") { $0.forwardRule() } ?? []
        document.content.assurance = group("assurance") { $0.assurance() } ?? Assurance()
        document.content.migratedFrom = text("migrated_from")
        if registering {
            document.apis = values("apis") ?? []
        } else {
            document.sameUserStore = flag("same_user_store")
        }
        return document
    }

    private mutating func readDestinations(into document: inout IdentityDocument, under policy: DestinationPolicy) {
        let text = required("destination", text("destination"), else: "")
        if !text.isEmpty, let parts = destination(text, "destination", policy) {
            document.content.destination = AuthorizationCore.Destination(url: parts.url)
            if let query = parts.query {
                document.queries.append(SealedText(path: "content.destination.query", text: query))
            }
        }
        for entry in map("destinations") ?? [] {
            let field = "destinations.\(entry.name)"
            guard let environment = EnvironmentName(text: entry.name) else {
                noteMalformed("destinations")
                continue
            }
            guard let parts = destination(entry.value, field, policy) else { continue }
            if let query = parts.query {
                let index = document.content.destinations.count
                document.queries.append(
                    SealedText(path: "content.destinations.\(index).destination.query", text: query))
            }
            document.content.destinations.append(
                EnvironmentDestination(
                    environment: environment, destination: AuthorizationCore.Destination(url: parts.url)))
        }
    }

    private mutating func destination(
        _ text: String, _ field: String, _ policy: DestinationPolicy
    ) -> (url: String, query: [UInt8]?)? {
        let destination: IdentityClient.Destination
        do throws(DestinationError) {
            destination = try IdentityClient.Destination(parsing: text)
        } catch {
            noteRefusedDestination(field, error.rawValue)
            return nil
        }
        do throws(DestinationRefusal) {
            try policy.check(destination)
        } catch {
            noteRefusedDestination(field, error.rawValue)
            return nil
        }
        let url = destination.textWithoutQuery
        let query = destination.text.utf8.dropFirst(url.utf8.count)
        return (url, query.isEmpty ? nil : Array(query.dropFirst()))
    }

    private mutating func acceptedAnswers() -> AcceptedAnswers {
        var accept = AcceptedAnswers()
        accept.statuses = integers("status") ?? []
        accept.contentType = text("content_type")
        accept.subjectRequired = flag("subject_required") ?? false
        return accept
    }

    private mutating func forwardRule() -> ForwardRule {
        var rule = ForwardRule()
        rule.field = required("field", text("field"), else: "")
        rule.from = required("from", text("from"), else: "")
        return rule
    }

    private mutating func assurance() -> Assurance {
        var assurance = Assurance()
        assurance.acr = text("acr")
        assurance.amr = values("amr")
        assurance.vot = text("vot")
        assurance.vtm = text("vtm")
        return assurance
    }
}
