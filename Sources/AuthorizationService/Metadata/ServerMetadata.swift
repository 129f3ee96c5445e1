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
/// Introspection and revocation stay when API OAuth is undeployed, so their endpoints are always published.
struct ServerMetadata: Equatable {
    let issuer: String
    let grantTypes: [String]
    let scopes: [String]
    /// The levels of all schemes; each scheme's lowest first.
    let acrValues: [String]
    /// With what introspection answers are signed (RFC 9701, section 7); empty while no key signs.
    let signingAlgorithms: [String]

    init(of environment: Environment, in estate: Estate) {
        issuer = environment.issuer
        // The chain is empty unless OAuth is deployed and an API with the Password option leads to a live Identity:
        // until then no password grant can succeed, and none is announced.
        let chain = IdentityChain(of: environment.apis.keys, in: environment.name, estate)
        let deployed = environment.apis.compactMap { id, deployment -> APIRevision? in
            guard let api = estate.apis[id], api.retiredAt == nil else { return nil }
            return api.revision(deployment.revision)
        }
        var grants: [Grant] = []
        if !chain.links.isEmpty {
            grants.append(.password)
            // A refresh token comes with a password grant only.
            if deployed.contains(where: { $0.allows(.password) && $0.allows(.refreshToken) }) {
                grants.append(.refreshToken)
            }
        }
        if environment.oauthDeployedAt != nil, deployed.contains(where: { $0.allows(.clientCredentials) }) {
            grants.append(.clientCredentials)
        }
        grantTypes = grants.map(\.text)
        signingAlgorithms = environment.activeKey.flatMap { estate.keys[$0] }.map { [$0.alg] } ?? []
        scopes = Set(deployed.flatMap(\.scopes)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var levels: [String] = []
        for scheme in estate.schemes.sorted(by: { $0.key < $1.key }) {
            for level in scheme.value where !levels.contains(level) { levels.append(level) }
        }
        acrValues = levels
    }

    private static let authentication = [ClientAuthentication.Method.clientSecretBasic.text]

    /// Members without elements are left out (section 3.2).
    var json: [UInt8] {
        var json = JSONWriter(reservingCapacity: 1_024)
        json.beginObject()
        json.write("acr_values_supported", acrValues)
        json.write("grant_types_supported", grantTypes)
        json.name("introspection_endpoint")
        json.string(issuer + "/oauth/introspect")
        json.write("introspection_endpoint_auth_methods_supported", Self.authentication)
        json.write("introspection_signing_alg_values_supported", signingAlgorithms)
        json.name("issuer")
        json.string(issuer)
        json.name("jwks_uri")
        json.string(issuer + "/oauth/jwks")
        json.write("response_types_supported", ["none"])
        json.name("revocation_endpoint")
        json.string(issuer + "/oauth/revoke")
        json.write("revocation_endpoint_auth_methods_supported", Self.authentication)
        json.write("scopes_supported", scopes)
        json.name("token_endpoint")
        json.string(issuer + "/oauth/access-token")
        json.write("token_endpoint_auth_methods_supported", Self.authentication)
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
