/// Base64 with the standard alphabet and padding, RFC 4648 section 4.
///
/// Decoding is strict: no white space, padding as it must be, unused bits zero. So each value has exactly one spelling,
/// and two texts are equal when and only when the bytes are.
public enum Base64 {
    private static let alphabet = Base64Alphabet(lastTwo: "+/", isPadded: true)

    public static func encode(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes { alphabet.encode($0) } }

    public static func encode(_ bytes: UnsafeRawBufferPointer) -> String { alphabet.encode(bytes) }

    /// Appends the text's ASCII bytes.
    public static func append(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
        alphabet.append(bytes, to: &text)
    }

    /// Returns nil unless the text is what ``encode(_:)-([UInt8])`` makes of some bytes.
    public static func decode(_ text: String) -> [UInt8]? { alphabet.decode(text) }

    /// Returns nil unless the ASCII text is what ``encode(_:)-([UInt8])`` makes of some bytes.
    public static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? { alphabet.decode(text) }

    /// Returns nil unless the ASCII text is what ``encode(_:)-([UInt8])`` makes of some bytes.
    public static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? { text.withUnsafeBytes { alphabet.decode($0) } }
}
