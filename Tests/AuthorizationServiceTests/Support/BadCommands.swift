import Testing

/// One command that is refused, and why.
struct BadCommand: CustomTestStringConvertible, Sendable {
    var name: String
    var method: String
    var path: String
    var body: String? = nil
    var status: Int
    var reason: String
    var fields: [String] = []

    var testDescription: String { name }
}

private func api(_ more: String, basePath: String = "/orders") -> String {
    #"{"name":"orders","base_path":"\#(basePath)"\#(more)}"#
}

private func rule(_ text: String) -> String { api(#","access_rules":[\#(text)]"#) }

private func identity(_ more: String, destination: String = "https://users.example/verify") -> String {
    #"{"name":"customers","destination":"\#(destination)"\#(more)}"#
}

extension ManagementExamples {
    static let bad = badRequests + badAPIs + badIdentities + otherBadCommands
}

private let unknownAPI = "api_01mcc5rm005vsnqkr5vfmdzagc"

private let badRequests: [BadCommand] = [
    BadCommand(
        name: "no JSON", method: "POST", path: "apis", body: "{", status: 400, reason: "json_invalid"),
    BadCommand(
        name: "JSON that is no object", method: "POST", path: "apis", body: "[]", status: 400, reason: "json_invalid"),
    BadCommand(
        name: "a name twice", method: "POST", path: "environments", body: #"{"name":"a","name":"b"}"#, status: 400,
        reason: "json_invalid"),
    BadCommand(
        name: "an unknown member", method: "POST", path: "environments", body: #"{"name":"test","nmae":"x"}"#,
        status: 400, reason: "unknown_member", fields: ["nmae"]),
    BadCommand(
        name: "an unknown member deep inside", method: "POST", path: "apis",
        body: rule(#"{"name":"a","methods":["GET"],"path":"/","require":{"client_id":"x"}}"#), status: 400,
        reason: "unknown_member", fields: ["access_rules.0.require.client_id"]),
    BadCommand(
        name: "a missing member", method: "POST", path: "apis", body: #"{"name":"orders"}"#, status: 400,
        reason: "missing_member", fields: ["base_path"]),
    BadCommand(
        name: "null is no value", method: "POST", path: "apis", body: api(#","sector":null"#), status: 400,
        reason: "malformed", fields: ["sector"]),
    BadCommand(
        name: "a name with other characters", method: "POST", path: "operators",
        body: #"{"name":"a/b","roles":["manager"]}"#, status: 400, reason: "malformed", fields: ["name"]),
    BadCommand(
        name: "an environment that is a path of ours", method: "POST", path: "environments",
        body: #"{"name":"ledger"}"#, status: 400, reason: "malformed", fields: ["name"]),
    BadCommand(
        name: "an unknown interceptor", method: "POST", path: "apis", body: api(#","interceptors":[{"type":"log"}]"#),
        status: 400, reason: "malformed", fields: ["interceptors.0.type"]),
    BadCommand(
        name: "an unknown grant", method: "POST", path: "apis",
        body: api(#","interceptors":[{"type":"oauth","grants":["implicit"]}]"#), status: 400, reason: "malformed",
        fields: ["interceptors.0.grants"]),
    BadCommand(
        name: "an unknown role", method: "POST", path: "operators", body: #"{"name":"Anna","roles":["king"]}"#,
        status: 400, reason: "malformed", fields: ["roles"]),
    BadCommand(
        name: "a caller that is not confirmed", method: "POST", path: "apis",
        body: rule(#"{"name":"a","methods":["GET"],"path":"/","require":{"caller":"app"}}"#), status: 400,
        reason: "malformed", fields: ["access_rules.0.require.caller"]),
    BadCommand(
        name: "a private key", method: "POST", path: "apps",
        body: #"{"name":"web","jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","d":"AA","#
            + #""x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}}"#,
        status: 400, reason: "malformed", fields: ["jwks.keys.0"]),
    BadCommand(
        name: "a weak key", method: "POST", path: "apps",
        body: #"{"name":"web","jwks":{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}}"#, status: 400,
        reason: "malformed", fields: ["jwks.keys.0"]),
    BadCommand(
        name: "too much of an app's own", method: "POST", path: "apps",
        body: #"{"name":"web","extra_info":{"a":"\#(String(repeating: "a", count: 4_096))"}}"#, status: 400,
        reason: "malformed", fields: ["extra_info"]),
    BadCommand(
        name: "a body that is larger than any", method: "POST", path: "apps",
        body: #"{"name":"\#(String(repeating: "a", count: 131_072))"}"#, status: 413, reason: "json_invalid"),
]

private let badAPIs: [BadCommand] = [
    BadCommand(
        name: "a name that is taken", method: "POST", path: "apis", body: ManagementBodies.api, status: 409,
        reason: "name_taken", fields: ["name"]),
    BadCommand(
        name: "a base path with a trailing slash", method: "POST", path: "apis", body: api("", basePath: "/orders/"),
        status: 422, reason: "invalid_value", fields: ["base_path"]),
    BadCommand(
        name: "a base path that is relative", method: "POST", path: "apis", body: api("", basePath: "orders"),
        status: 422, reason: "invalid_value", fields: ["base_path"]),
    BadCommand(
        name: "a base path with dots", method: "POST", path: "apis", body: api("", basePath: "/a/../b"), status: 422,
        reason: "invalid_value", fields: ["base_path"]),
    BadCommand(
        name: "a base path that is too long", method: "POST", path: "apis",
        body: api("", basePath: "/" + String(repeating: "a", count: 256)), status: 422, reason: "invalid_value",
        fields: ["base_path"]),
    BadCommand(
        name: "a resource with a fragment", method: "POST", path: "apis",
        body: api(#","resource":"https://orders.example/#a""#), status: 422, reason: "invalid_value",
        fields: ["resource"]),
    BadCommand(
        name: "a resource without a scheme", method: "POST", path: "apis", body: api(#","resource":"/orders""#),
        status: 422, reason: "invalid_value", fields: ["resource"]),
    BadCommand(
        name: "a resource that another API has", method: "POST", path: "apis",
        body: api(#","resource":"https://auth.example/prod/accounts""#), status: 409, reason: "resource_taken",
        fields: ["resource"]),
    BadCommand(
        name: "a scope with a space", method: "POST", path: "apis", body: api(#","scopes":["a b"]"#), status: 422,
        reason: "invalid_value", fields: ["scopes"]),
    BadCommand(
        name: "a scope twice", method: "POST", path: "apis", body: api(#","scopes":["a","a"]"#), status: 422,
        reason: "repeated_value", fields: ["scopes"]),
    BadCommand(
        name: "an interceptor twice", method: "POST", path: "apis",
        body: api(#","interceptors":[{"type":"oauth"},{"type":"oauth"}]"#), status: 422, reason: "repeated_value",
        fields: ["interceptors"]),
    BadCommand(
        name: "a lifetime below half a minute", method: "POST", path: "apis", body: api(#","token_ttl_seconds":29"#),
        status: 422, reason: "invalid_value", fields: ["token_ttl_seconds"]),
    BadCommand(
        name: "a rule on the client as caller", method: "POST", path: "apis",
        body: rule(
            #"{"name":"a","methods":["GET"],"path":"/{app}","require":{"equal":{"{app}":"client_id"}}}"#),
        status: 422, reason: "client_id_is_no_caller", fields: ["access_rules.0.require.equal"]),
    BadCommand(
        name: "257 rules", method: "POST", path: "apis",
        body: rule(
            Array(repeating: #"{"name":"a","methods":["GET"],"path":"/"}"#, count: 257).joined(separator: ",")),
        status: 422, reason: "too_many", fields: ["access_rules"]),
    BadCommand(
        name: "rules that one event cannot hold", method: "POST", path: "apis",
        body: rule(
            Array(
                repeating: #"{"name":"a","methods":["GET"],"path":"/\#(String(repeating: "a", count: 240))"}"#,
                count: 200
            ).joined(separator: ",")),
        status: 422, reason: "too_large"),
    BadCommand(
        name: "an API that is not there", method: "POST", path: "apis/\(unknownAPI)/revisions", body: api(""),
        status: 404, reason: "not_found"),
    BadCommand(
        name: "a path that holds no identifier", method: "POST", path: "apis/secret/revisions", body: api(""),
        status: 404, reason: "not_found"),
    BadCommand(
        name: "the credential of an API that is not there", method: "POST", path: "apis/\(unknownAPI)/credentials",
        status: 404, reason: "not_found"),
]

private let badIdentities: [BadCommand] = [
    BadCommand(
        name: "no destination", method: "POST", path: "api-identities", body: #"{"name":"customers"}"#, status: 400,
        reason: "missing_member", fields: ["destination"]),
    BadCommand(
        name: "an empty destination", method: "POST", path: "api-identities", body: identity("", destination: ""),
        status: 422, reason: "destination_missing", fields: ["destination"]),
    BadCommand(
        name: "a destination with user information", method: "POST", path: "api-identities",
        body: identity("", destination: "https://u:p@users.example/"), status: 422, reason: "destination_refused",
        fields: ["destination"]),
    BadCommand(
        name: "a destination that is no URL of ours", method: "POST", path: "api-identities",
        body: identity("", destination: "ftp://users.example/"), status: 422, reason: "destination_refused",
        fields: ["destination"]),
    BadCommand(
        name: "a destination of an environment that is not there", method: "POST", path: "api-identities",
        body: identity(#","destinations":{"test":"https://t.example/"}"#), status: 422,
        reason: "unknown_reference", fields: ["destinations.test"]),
    BadCommand(
        name: "a link to an API that is not there", method: "POST", path: "api-identities",
        body: identity(#","apis":["\#(unknownAPI)"]"#), status: 422, reason: "unknown_reference", fields: ["apis"]),
    BadCommand(
        name: "a timeout that is too short", method: "POST", path: "api-identities",
        body: identity(#","timeout_ms":99"#), status: 422, reason: "invalid_value", fields: ["timeout_ms"]),
    BadCommand(
        name: "too many in flight", method: "POST", path: "api-identities",
        body: identity(#","maximum_in_flight":257"#), status: 422, reason: "invalid_value",
        fields: ["maximum_in_flight"]),
    BadCommand(
        name: "a certificate authority that is none", method: "POST", path: "api-identities",
        body: identity(#","ca":"hello""#), status: 422, reason: "invalid_value", fields: ["ca"]),
    BadCommand(
        name: "a forward rule that overwrites the password", method: "POST", path: "api-identities",
        body: identity(#","forward":[{"field":"password","from":"app.id"}]"#), status: 422, reason: "reserved_field",
        fields: ["forward.0.field"]),
    BadCommand(
        name: "a forward rule from nowhere", method: "POST", path: "api-identities",
        body: identity(#","forward":[{"field":"tenant","from":"app.secret"}]"#), status: 422,
        reason: "invalid_value", fields: ["forward.0.from"]),
    BadCommand(
        name: "a method that nobody registered", method: "POST", path: "api-identities",
        body: identity(#","assurance":{"amr":["magic"]}"#), status: 422, reason: "invalid_value",
        fields: ["assurance.amr"]),
    BadCommand(
        name: "a vector of trust without its trustmark", method: "POST", path: "api-identities",
        body: identity(#","assurance":{"vot":"P1"}"#), status: 422, reason: "vot_without_vtm",
        fields: ["assurance.vtm"]),
    BadCommand(
        name: "a changed destination, and nothing said of its users", method: "POST",
        path: "api-identities/IDENTITY_ID/revisions",
        body: #"{"name":"staff","destination":"https://new.example/verify"}"#, status: 422,
        reason: "same_user_store_unsaid", fields: ["same_user_store"]),
    BadCommand(
        name: "other users in the same store", method: "POST", path: "api-identities/IDENTITY_ID/revisions",
        body: #"{"name":"staff","destination":"https://new.example/verify","same_user_store":false}"#, status: 422,
        reason: "user_store_contradicted", fields: ["user_store"]),
    BadCommand(
        name: "the same users in another store", method: "POST", path: "api-identities/IDENTITY_ID/revisions",
        body: #"{"name":"staff","destination":"https://new.example/v","same_user_store":true,"user_store":"x"}"#,
        status: 422, reason: "user_store_contradicted", fields: ["user_store"]),
    BadCommand(
        name: "a link to nothing", method: "PUT", path: "api-identities/IDENTITY_ID/apis/\(unknownAPI)", status: 404,
        reason: "not_found"),
]

private let otherBadCommands: [BadCommand] = [
    BadCommand(
        name: "a revocation without a cause", method: "POST", path: "api-identities/IDENTITY_ID/revocation",
        body: "{}", status: 400, reason: "missing_member", fields: ["cause"]),
    BadCommand(
        name: "a revocation of what nobody vouched for", method: "POST",
        path: "api-identities/idn_00000000000000000000000001/revocation", body: #"{"cause":"x"}"#, status: 404,
        reason: "not_found"),
    BadCommand(
        name: "an environment that is there", method: "POST", path: "environments", body: #"{"name":"prod"}"#,
        status: 409, reason: "name_taken", fields: ["name"]),
    BadCommand(
        name: "settings of no environment", method: "PUT", path: "environments/test/settings", body: "{}",
        status: 404, reason: "not_found"),
    BadCommand(
        name: "a lifetime beyond a day", method: "PUT", path: "environments/prod/settings",
        body: #"{"lifetimes":{"access_token_seconds":86401}}"#, status: 422, reason: "invalid_value",
        fields: ["lifetimes.access_token_seconds"]),
    BadCommand(
        name: "no failure at all", method: "PUT", path: "settings", body: #"{"limits":{"user_failures":0}}"#,
        status: 422, reason: "invalid_value", fields: ["limits.user_failures"]),
    BadCommand(
        name: "keys for more than a year", method: "PUT", path: "settings", body: #"{"operator_key_days":367}"#,
        status: 422, reason: "invalid_value", fields: ["operator_key_days"]),
    BadCommand(
        name: "tag keys that go before the throttle is done with them", method: "PUT", path: "settings",
        body: #"{"tag_retention_days":13}"#, status: 422, reason: "invalid_value", fields: ["tag_retention_days"]),
    BadCommand(
        name: "vaults for ever", method: "PUT", path: "settings", body: #"{"unrecognised_retention_days":3651}"#,
        status: 422, reason: "invalid_value", fields: ["unrecognised_retention_days"]),
    BadCommand(
        name: "a setting of environments on the ledger", method: "PUT", path: "settings",
        body: #"{"refusal_quantum_ms":100}"#, status: 400, reason: "unknown_member", fields: ["refusal_quantum_ms"]),
    BadCommand(
        name: "a clock that fits", method: "POST", path: "clock/confirmation", body: #"{"reason":"x"}"#, status: 409,
        reason: "clock_right"),
    BadCommand(
        name: "a confirmation without a reason", method: "POST", path: "clock/confirmation", status: 400,
        reason: "missing_member", fields: ["reason"]),
    BadCommand(
        name: "a command with a parameter", method: "POST", path: "environments?dry_run=1",
        body: #"{"name":"test"}"#, status: 400, reason: "unknown_parameter", fields: ["dry_run"]),
    BadCommand(
        name: "an operator whose name differs in spaces", method: "POST", path: "operators",
        body: #"{"name":" First ","roles":["manager"]}"#, status: 409, reason: "name_taken", fields: ["name"]),
    BadCommand(
        name: "an app whose name differs in case", method: "POST", path: "apps",
        body: ManagementBodies.app(named: "SHOP", apis: ["API_ID"]), status: 409, reason: "name_taken",
        fields: ["name"]),
    BadCommand(
        name: "an Identity whose name differs in spaces", method: "POST", path: "api-identities",
        body: ManagementBodies.identity(named: "staff "), status: 409, reason: "name_taken", fields: ["name"]),
    BadCommand(
        name: "an API whose name differs in case", method: "POST", path: "apis",
        body: ManagementBodies.api(named: "Accounts", basePath: "/orders"), status: 409, reason: "name_taken",
        fields: ["name"]),
    BadCommand(
        name: "a level twice", method: "PUT", path: "assurance-schemes/nist", body: #"{"levels":["a","a"]}"#,
        status: 422, reason: "repeated_value", fields: ["levels"]),
    BadCommand(
        name: "no levels", method: "PUT", path: "assurance-schemes/nist", body: #"{"levels":[]}"#, status: 422,
        reason: "invalid_value", fields: ["levels"]),
    BadCommand(
        name: "a deployment of what has no identifier", method: "PUT", path: "environments/prod/deployments/accounts",
        body: "{}", status: 404, reason: "not_found"),
    BadCommand(
        name: "a deployment of what is not there", method: "PUT", path: "environments/prod/deployments/\(unknownAPI)",
        body: "{}", status: 404, reason: "not_found"),
    BadCommand(
        name: "a deployment to nowhere", method: "PUT", path: "environments/test/deployments/API_ID", body: "{}",
        status: 404, reason: "not_found"),
    BadCommand(
        name: "a revision that is not there", method: "PUT", path: "environments/prod/deployments/API_ID",
        body: #"{"revision":2}"#, status: 404, reason: "revision_not_found", fields: ["revision"]),
    BadCommand(
        name: "a revision of API OAuth", method: "PUT", path: "environments/prod/deployments/oauth",
        body: #"{"revision":1}"#, status: 404, reason: "revision_not_found", fields: ["revision"]),
    BadCommand(
        name: "an app of an API that is not there", method: "POST", path: "apps",
        body: ManagementBodies.app(named: "web", apis: [unknownAPI]), status: 422, reason: "unknown_reference",
        fields: ["apis"]),
    BadCommand(
        name: "a scope that none of the app's APIs declares", method: "POST", path: "apps",
        body: ManagementBodies.app(named: "web", apis: ["API_ID"], more: #","scopes":["admin"]"#), status: 422,
        reason: "unknown_reference", fields: ["scopes"]),
    BadCommand(
        name: "a certificate that is named twice", method: "POST", path: "apps",
        body: #"{"name":"web","certificates":[{"dns":"a.example","uri":"https://a.example/"}]}"#, status: 422,
        reason: "invalid_value", fields: ["certificates.0"]),
    BadCommand(
        name: "an overlap of more than a month", method: "POST", path: "apps/APP_ID/secrets",
        body: #"{"overlap_seconds":2592001}"#, status: 422, reason: "invalid_value", fields: ["overlap_seconds"]),
    BadCommand(
        name: "the last administrator goes", method: "DELETE", path: "operators/OPERATOR_ID", status: 409,
        reason: "last_administrator"),
    BadCommand(
        name: "the last administrator becomes something else", method: "PUT", path: "operators/OPERATOR_ID/roles",
        body: #"{"roles":["manager"]}"#, status: 409, reason: "last_administrator"),
    BadCommand(
        name: "no roles", method: "PUT", path: "operators/OPERATOR_ID/roles", body: #"{"roles":[]}"#, status: 422,
        reason: "invalid_value", fields: ["roles"]),
    BadCommand(
        name: "an operator of the same name", method: "POST", path: "operators",
        body: #"{"name":"first","roles":["manager"]}"#, status: 409, reason: "name_taken", fields: ["name"]),
]
