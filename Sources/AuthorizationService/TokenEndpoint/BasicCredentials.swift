internal import HTTPMessages
internal import LedgerCrypto

/// What HTTP Basic says about the client (RFC 7617; RFC 6749, section 2.3.1).
enum BasicCredentials {
    /// The longest field that is looked at, in bytes.
    static let maximumBytes = 1_024

    /// Client id and secret, form-decoded; nil when the field is missing, repeated or malformed.
    static func read(_ fields: HTTPFields) -> (id: String, secret: String)? {
        guard fields.count(of: "Authorization") == 1, let value = fields.first("Authorization"),
            value.utf8.count <= maximumBytes, startsWithScheme(value.utf8),
            let bytes = Base64.decode(String(value.utf8.dropFirst(scheme.utf8CodeUnitCount)) ?? ""),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        guard let id = formDecoded(bytes[..<colon]), let secret = formDecoded(bytes[(colon + 1)...]) else { return nil }
        return (id, secret)
    }

    /// RFC 6749, section 2.3.1: both parts are encoded as in a form before they are joined.
    private static func formDecoded(_ bytes: ArraySlice<UInt8>) -> String? {
        guard !bytes.contains(UInt8(ascii: "&")), !bytes.contains(UInt8(ascii: "=")) else { return nil }
        return try? FormURLEncoded.decode(bytes)
    }

    private static let scheme: StaticString = "basic "

    /// RFC 9110, section 11.1: the scheme's name is case-insensitive.
    private static func startsWithScheme(_ value: String.UTF8View) -> Bool {
        let start = value.prefix(scheme.utf8CodeUnitCount)
        return start.count == scheme.utf8CodeUnitCount
            && zip(start, UnsafeBufferPointer(start: scheme.utf8Start, count: scheme.utf8CodeUnitCount))
                .allSatisfy { $0 == $1 || (65...90).contains($0) && $0 | 0x20 == $1 }
    }
}
