internal import AuthorizationCore
internal import CanonicalJSON

/// Authorization server metadata (RFC 8414, section 2) of one environment, as it stands.
///
/// Two members need a word:
///
/// - `response_types_supported` is REQUIRED and must not be empty (sections 2 and 3.2), but response types belong to an
///   authorization endpoint, and there is none. `none` is the registered type that returns nothing.
/// - `grant_types_supported` must not be empty either. While no grant works it is left out. Its default, authorization
///   code and implicit, then leads nowhere: both start at an `authorization_endpoint`, which is never published.
///
/// Endpoints for introspection and revocation are not published before they exist.
struct ServerMetadata: Equatable {
    let issuer: String
    let grantTypes: [String]
    let scopes: [String]
    /// The levels of all schemes; each scheme's lowest first.
    let acrValues: [String]

    init(of environment: Environment, in estate: Estate) {
        issuer = environment.issuer
        // The chain is empty unless OAuth is deployed and an API with the Password option leads to a live Identity:
        // until then no password grant can succeed, and none is announced.
        let chain = IdentityChain(of: environment.apis.keys, in: environment.name, estate)
        grantTypes = chain.links.isEmpty ? [] : [Grant.password.text]
        let deployed = environment.apis.compactMap { id, deployment -> APIRevision? in
            guard let api = estate.apis[id], api.retiredAt == nil else { return nil }
            return api.revision(deployment.revision)
        }
        scopes = Set(deployed.flatMap(\.scopes)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var levels: [String] = []
        for scheme in estate.schemes.sorted(by: { $0.key < $1.key }) {
            for level in scheme.value where !levels.contains(level) { levels.append(level) }
        }
        acrValues = levels
    }

    /// Members without elements are left out (section 3.2).
    var json: [UInt8] {
        var json = JSONWriter(reservingCapacity: 1_024)
        json.beginObject()
        json.write("acr_values_supported", acrValues)
        json.write("grant_types_supported", grantTypes)
        json.name("issuer")
        json.string(issuer)
        json.name("jwks_uri")
        json.string(issuer + "/oauth/jwks")
        json.write("response_types_supported", ["none"])
        json.write("scopes_supported", scopes)
        json.name("token_endpoint")
        json.string(issuer + "/oauth/access-token")
        json.write("token_endpoint_auth_methods_supported", [ClientAuthentication.Method.clientSecretBasic.text])
        json.endObject()
        return json.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ member: StaticString, _ values: [String]) {
        guard !values.isEmpty else { return }
        name(member)
        beginArray()
        for value in values { string(value) }
        endArray()
    }
}
