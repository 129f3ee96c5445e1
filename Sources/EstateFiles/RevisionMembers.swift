internal import CanonicalJSON

/// The members of the bodies of `POST /manager/…`, without references to other things.
package enum RevisionMembers {
    private static let none = JSONValue.array([])
    private static let nothing = JSONValue.object(JSONObject())

    package static let api: [Member] = [
        Member("name", .text, isRequired: true),
        Member("base_path", .text, isRequired: true),
        Member("version", .text, fallback: .string("1")),
        Member("resource", .text),
        Member("sector", .text),
        Member("scopes", .texts, fallback: none),
        Member("require_bound", .flag, fallback: .boolean(false)),
        Member("token_ttl_seconds", .integer),
        Member(
            "interceptors",
            .groups([Member("type", .text, isRequired: true), Member("grants", .texts, fallback: none)]),
            fallback: none),
        Member(
            "access_rules",
            .groups([
                Member("name", .text, isRequired: true), Member("methods", .texts), Member("path", .text),
                Member("actions", .texts), Member("resource_type", .text),
                Member("require", .group(requirement), fallback: nothing),
            ]), fallback: none),
    ]

    private static let requirement: [Member] = [
        Member("acr", .text), Member("audience", .text), Member("bound", .flag), Member("caller", .text),
        Member("equal", .textMap, fallback: nothing), Member("first_party", .flag), Member("grant", .text),
        Member("max_age_seconds", .integer), Member("scopes", .texts), Member("subject_type", .text),
        Member("vot", .texts), Member("vtm", .text),
    ]

    package static let identity: [Member] = [
        Member("name", .text, isRequired: true),
        Member("version", .text, fallback: .string("1")),
        Member("base_path", .text, fallback: .string("")),
        Member("destination", .url, isRequired: true),
        Member("destinations", .urlsByEnvironment, fallback: nothing),
        Member("user_store", .text),
        Member("subject_from", .text, fallback: .string("user_name")),
        Member("body", .text, fallback: .string("json")),
        Member(
            "accept",
            .group([
                Member("status", .integers, fallback: none), Member("content_type", .text),
                Member("subject_required", .flag, fallback: .boolean(false)),
            ]), fallback: nothing),
        Member("on_unavailable", .text, fallback: .string("continue")),
        Member("probe", .text, fallback: .string("on")),
        Member("timeout_ms", .integer, fallback: .integer(3_000)),
        Member("maximum_in_flight", .integer, fallback: .integer(32)),
        Member("ca", .text),
        Member(
            "forward",
            .groups([Member("field", .text, isRequired: true), Member("from", .text, isRequired: true)]), fallback: none
        ),
        Member(
            "assurance",
            .group([Member("acr", .text), Member("amr", .texts), Member("vot", .text), Member("vtm", .text)]),
            fallback: nothing),
        Member("migrated_from", .text),
    ]

    static let app: [Member] = [
        Member("name", .text, isRequired: true),
        Member("first_party", .flag, fallback: .boolean(false)),
        Member("grants", .texts, fallback: none),
        // No fallback: an empty list asks for nothing, an absent one for what the APIs declare.
        Member("scopes", .texts),
        Member("extra_info", .sealedObject),
        Member("sector", .text),
        Member(
            "certificates",
            .groups([Member("dns", .text), Member("subject", .text), Member("thumbprint", .text), Member("uri", .text)]
            ),
            fallback: none),
        Member(
            "jwks", .group([Member("keys", .publicKeys, fallback: none)]), fallback: nothing),
    ]

    /// The body of `PUT /manager/environments/{env}/settings`.
    package static let settings: [Member] = [
        Member("algorithm", .text), Member("dpop_nonce", .flag), Member("profile", .text), Member("recording", .text),
        Member("refusal_quantum_ms", .integer),
        Member(
            "lifetimes",
            .group([
                Member("access_token_seconds", .integer), Member("refresh_absolute_seconds", .integer),
                Member("refresh_idle_seconds", .integer),
            ]), fallback: nothing),
        Member(
            "limits",
            .group([
                Member("app_failures", .integer), Member("app_seconds", .integer), Member("user_failures", .integer),
                Member("user_seconds", .integer),
            ]), fallback: nothing),
    ]
}
