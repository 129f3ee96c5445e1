/// Base64 with the URL-safe alphabet and without padding, RFC 4648 section 5 as RFC 7515 section 2 uses it.
///
/// Decoding is strict: no white space, no padding, unused bits zero, so that a token has one spelling.
public enum Base64URL {
    private static let alphabet = Base64Alphabet(lastTwo: "-_", isPadded: false)

    public static func encode(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes { alphabet.encode($0) } }

    public static func encode(_ bytes: UnsafeRawBufferPointer) -> String { alphabet.encode(bytes) }

    /// Appends the text's ASCII bytes.
    public static func append(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
        alphabet.append(bytes, to: &text)
    }

    /// Appends the text's ASCII bytes.
    public static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
        bytes.withUnsafeBytes { alphabet.append($0, to: &text) }
    }

    /// Returns nil unless the text is what ``encode(_:)-([UInt8])`` makes of some bytes.
    public static func decode(_ text: String) -> [UInt8]? { alphabet.decode(text) }

    /// Returns nil unless the ASCII text is what ``encode(_:)-([UInt8])`` makes of some bytes.
    public static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? { alphabet.decode(text) }

    /// Returns nil unless the ASCII text is what ``encode(_:)-([UInt8])`` makes of some bytes.
    public static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? { text.withUnsafeBytes { alphabet.decode($0) } }
}
