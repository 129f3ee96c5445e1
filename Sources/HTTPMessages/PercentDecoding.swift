/// Why a percent-encoded text was refused.
public enum PercentDecodingError: Error, Equatable, Sendable {
    /// A `%` that two hexadecimal digits do not follow.
    case badTriplet
    /// A NUL, encoded or not: C code behind us would see a shorter text.
    case nul
    case notUTF8
}

/// Strict percent-decoding (RFC 3986, section 2.1): every text has one reading or none.
public enum PercentDecoding {
    /// Decodes one path segment, or one name or value. `+` stands for itself.
    public static func decode(_ text: some StringProtocol) throws(PercentDecodingError) -> String {
        var bytes = [UInt8](text.utf8)
        return try decode(&bytes, plusIsSpace: false)
    }

    /// Decodes in place and returns the text; `bytes` is scratch afterwards.
    static func decode(_ bytes: inout [UInt8], plusIsSpace: Bool) throws(PercentDecodingError) -> String {
        var read = 0
        var written = 0
        while read < bytes.count {
            var byte = bytes[read]
            read += 1
            if byte == UInt8(ascii: "%") {
                guard read + 1 < bytes.count,
                    let high = bytes[read].hexadecimalValue, let low = bytes[read + 1].hexadecimalValue
                else { throw .badTriplet }
                byte = high << 4 | low
                read += 2
            } else if plusIsSpace, byte == UInt8(ascii: "+") {
                byte = 0x20
            }
            guard byte != 0 else { throw .nul }
            bytes[written] = byte
            written += 1
        }
        guard let text = String(strict: bytes.span.extracting(first: written)) else { throw .notUTF8 }
        return text
    }

    /// Encodes everything but `unreserved`, so that the result is one path segment or one form value.
    public static func encode(_ text: some StringProtocol) -> String {
        String(decoding: encodedBytes(text, spaceIsPlus: false), as: UTF8.self)
    }

    static func encodedBytes(_ text: some StringProtocol, spaceIsPlus: Bool) -> [UInt8] {
        let digits: StaticString = "0123456789ABCDEF"
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if byte.isUnreservedInURI {
                encoded.append(byte)
            } else if spaceIsPlus, byte == 0x20 {
                encoded.append(UInt8(ascii: "+"))
            } else {
                encoded.append(UInt8(ascii: "%"))
                encoded.append(digits.utf8Start[Int(byte >> 4)])
                encoded.append(digits.utf8Start[Int(byte & 15)])
            }
        }
        return encoded
    }
}
