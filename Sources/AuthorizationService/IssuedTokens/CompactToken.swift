internal import AuthorizationCore
internal import CanonicalJSON
internal import LedgerCrypto

/// A token in compact serialization (RFC 7515, section 7.1), taken apart and not yet believed.
struct CompactToken: Sendable {
    let header: [UInt8]
    let claims: [UInt8]
    let signature: [UInt8]
    /// What the signature is over: the first two parts as they were presented.
    let signingInput: [UInt8]
    /// What the claims call the token; nil when it is none of ours.
    let id: DecisionID?
    /// The Identity's own words, as they stand in the claims.
    let extraInfo: [UInt8]?

    /// nil for anything but three parts in base64url whose second is a JSON object.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        let dots = bytes.indices.filter { bytes[$0] == UInt8(ascii: ".") }
        guard dots.count == 2, let header = Base64URL.decode(bytes[..<dots[0]]),
            let claims = Base64URL.decode(bytes[(dots[0] + 1)..<dots[1]]),
            let signature = Base64URL.decode(bytes[(dots[1] + 1)...]),
            let object = (try? JSON.parse(claims, grammar: .foreign))?.objectValue
        else { return nil }
        self.header = header
        self.claims = claims
        self.signature = signature
        signingInput = Array(bytes[..<dots[1]])
        id = object["jti"]?.stringValue.flatMap { DecisionID(text: $0) }
        extraInfo = object.member("extraInfo").map { Array(claims[$0.source]) }
    }

    /// Whether its header says that it is a JWT of another kind than an access token (RFC 9068, section 2.1).
    var isOfAnotherType: Bool {
        guard let object = (try? JSON.parse(header, grammar: .foreign))?.objectValue else { return false }
        guard let type = object["typ"]?.stringValue?.lowercased() else { return false }
        return type != "at+jwt" && type != "application/at+jwt"
    }
}
