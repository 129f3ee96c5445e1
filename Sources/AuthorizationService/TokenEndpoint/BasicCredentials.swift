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
