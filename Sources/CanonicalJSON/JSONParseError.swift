/// Why bytes were refused, and where. It never holds any of the bytes.
public struct JSONParseError: Error, Equatable, Sendable {
    public let reason: Reason

    /// Bytes from the start of the document to the fault.
    public let offset: Int

    public init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    init(_ reason: Reason, at offset: Int) {
        self.init(reason: reason, offset: offset)
    }

    public enum Reason: String, CaseIterable, Sendable {
        case tooManyBytes = "too_many_bytes"
        case byteOrderMark = "byte_order_mark"
        case tooDeep = "too_deep"
        case unexpectedEnd = "unexpected_end"
        /// A byte that begins nothing which may stand here, or a value of another kind than was asked for.
        case unexpectedByte = "unexpected_byte"
        case trailingBytes = "trailing_bytes"

        case invalidUTF8 = "invalid_utf8"
        case controlCharacter = "control_character"
        case invalidEscape = "invalid_escape"
        case loneSurrogate = "lone_surrogate"
        case invalidNumber = "invalid_number"
        /// A fraction, an exponent, -0 or an integer beyond ±(2^53 - 1) in one of our own documents; a number too
        /// large for a double where a foreign document is canonicalised.
        case numberOutsideProfile = "number_outside_profile"
        case duplicateName = "duplicate_name"

        // Only where bytes must be canonical.
        case nonCanonicalEscape = "non_canonical_escape"
        case namesOutOfOrder = "names_out_of_order"
        case missingMember = "missing_member"
        case unknownMember = "unknown_member"
        /// The raw bytes of a string were asked for, but it is written with escapes.
        case escapedString = "escaped_string"
    }
}
