internal import AuthorizationCore
internal import CanonicalJSON
internal import HTTPMessages
internal import LedgerCrypto

/// The answer to an introspection, as JSON or as a JWT.
struct IntrospectionAnswer {
    static let jwtType = "application/token-introspection+jwt"

    /// RFC 7662, section 2.2: nothing else may be said of a token that is not active.
    static let inactive = Array(#"{"active":false}"#.utf8)

    let content: [UInt8]
    let asker: String
    /// In seconds.
    let issuedAt: Int64

    /// The claims of a token, and that it is active. `claims` is an object that is not empty.
    static func active(claims: [UInt8], tokenType: String?) -> [UInt8] {
        var bytes = Array(#"{"active":true,"#.utf8)
        bytes += claims.dropFirst().dropLast()
        if let tokenType { bytes += Array(#","token_type":"\#(tokenType)""#.utf8) }
        return bytes + [UInt8(ascii: "}")]
    }

    func response(
        to request: HTTPRequest, in environment: Environment, _ context: ServiceContext
    ) throws -> HTTPResponse {
        let fields: HTTPFields = ["Cache-Control": "no-store", "Pragma": "no-cache", "Vary": "Accept"]
        guard AcceptedTypes(request.fields).prefer(Self.jwtType, to: "application/json") else {
            return .json(content, fields: fields)
        }
        guard let name = environment.activeKey else { throw AttemptFailure(reason: "no key signs") }
        var all = fields
        all.append("Content-Type", Self.jwtType)
        let key = try context.keys.tokenKey(environment: environment.name, kid: name.kid)
        return HTTPResponse(status: 200, fields: all, body: try signed(by: key, issuer: environment.issuer))
    }

    /// RFC 9701, section 5: `aud` is whoever asked, and the token's own claims stand inside `token_introspection`, so
    /// that nobody takes the answer for the token.
    private func signed(by key: TokenSigningKey, issuer: String) throws -> [UInt8] {
        var header = JSONWriter()
        header.beginObject()
        header.name("alg")
        header.string(key.algorithm.rawValue)
        header.name("kid")
        header.string(key.keyID)
        header.name("typ")
        header.string("token-introspection+jwt")
        header.endObject()
        var claims = JSONWriter(reservingCapacity: content.count + 256)
        claims.beginObject()
        claims.name("aud")
        claims.string(asker)
        claims.name("iat")
        claims.integer(issuedAt)
        claims.name("iss")
        claims.string(issuer)
        claims.name("token_introspection")
        claims.raw(content)
        claims.endObject()
        var token: [UInt8] = []
        Base64URL.append(header.bytes, to: &token)
        token.append(UInt8(ascii: "."))
        Base64URL.append(claims.bytes, to: &token)
        let signature = try key.sign(token)
        token.append(UInt8(ascii: "."))
        Base64URL.append(signature, to: &token)
        return token
    }
}
