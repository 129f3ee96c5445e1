internal import AuthorizationCore
internal import HTTPMessages
internal import LedgerCrypto

/// What HTTP Basic says about the client (RFC 7617; RFC 6749, section 2.3.1).
enum BasicCredentials {
    /// The longest field that is looked at, in bytes.
    static let maximumBytes = 1_024

    /// Client id and secret, form-decoded; nil when the field is missing, repeated or malformed.
    static func read(_ fields: HTTPFields) -> (id: String, secret: String)? {
        guard fields.count(of: "Authorization") == 1, let value = fields.first("Authorization"),
            value.utf8.count <= maximumBytes, value.prefix(6).lowercased() == "basic ",
            let bytes = Base64.decode(String(value.dropFirst(6))),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        guard let id = formDecoded(bytes[..<colon]), let secret = formDecoded(bytes[(colon + 1)...]) else { return nil }
        return (id, secret)
    }

    /// RFC 6749, section 2.3.1: both parts are encoded as in a form before they are joined.
    private static func formDecoded(_ bytes: ArraySlice<UInt8>) -> String? {
        guard !bytes.contains(UInt8(ascii: "&")), !bytes.contains(UInt8(ascii: "=")) else { return nil }
        guard let form = try? FormURLEncoded(parsing: Array("v=".utf8) + bytes) else { return nil }
        return form.first("v")
    }
}

/// Finds the app that the request names and the secret that matches.
///
/// An app that does not exist takes as long as one whose secret is wrong: a digest is compared all the same.
func authenticateClient(_ fields: HTTPFields, in estate: Estate, at now: Timestamp) -> ClientAuthentication {
    var result = ClientAuthentication()
    guard let presented = BasicCredentials.read(fields) else { return result }
    result.method = .clientSecretBasic
    let app = AppID(text: presented.id).flatMap { estate.apps[$0] }
    result.app = app?.id
    guard let app else {
        _ = IssuedSecret.matches(presented.secret, Bytes32())
        return result
    }
    for secret in app.secrets where secret.holdsUntil.map({ $0 > now }) ?? true {
        if IssuedSecret.matches(presented.secret, secret.secret.digest) { result.credential = secret.secret.id }
    }
    return result
}
