/// Reads canonical bytes member by member, and proves on the way that they are canonical.
///
/// It accepts exactly what ``JSONWriter`` makes: no whitespace, names in ascending order, one form for every string and
/// integer. Whoever has read a document to its ``end()`` knows that no other bytes say the same. It allocates nothing
/// but the strings that it is asked for. After an error the reader is of no more use.
///
/// The reader and every slice that it returns point into the buffer: none of them may outlive it.
///
/// ```swift
/// var reader = CanonicalReader(bytes)
/// try reader.beginObject()
/// try reader.name("client")
/// let client = try reader.string()
/// let scope = try reader.nextName(is: "scope") ? try reader.string() : nil
/// try reader.endObject()
/// try reader.end()
/// ```
public struct CanonicalReader {
    enum Expected {
        case value
        /// A container was opened: its first element or member, or its end.
        case firstOrEnd
        /// A value was read: a comma or the end, of the container or of the document.
        case commaOrEnd
    }

    let bytes: UnsafeRawBufferPointer

    /// Bytes read so far.
    public internal(set) var offset = 0

    var expected = Expected.value
    private(set) var depth = 0

    /// One bit for each open container, the innermost lowest: 1 for an object.
    private var objectBits: UInt64 = 0

    /// The last name read in the innermost object. No name starts at offset 0: that stands for none.
    private var lastName = ScannedString(start: 0, end: 0, hasEscapes: false)

    /// For each open object, where the last name of the object around it starts. A vector, because it is the one
    /// fixed-size storage that needs neither the heap nor a newer system library.
    private var outerNames = SIMD32<UInt32>()

    public init(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count <= UInt32.max, "larger than any document")
        self.bytes = bytes
    }

    var isInObject: Bool { objectBits & 1 == 1 }

    // MARK: Objects

    public mutating func beginObject() throws(JSONParseError) {
        try open(ASCII.openBrace, objectBit: 1)
        outerNames[depth - 1] = UInt32(truncatingIfNeeded: lastName.start)
        lastName = ScannedString(start: 0, end: 0, hasEscapes: false)
    }

    /// The end of the object. A member that was not read is refused as unknown.
    public mutating func endObject() throws(JSONParseError) {
        guard depth > 0, isInObject, expected != .value else { throw unexpectedByte() }
        guard offset < bytes.count else { throw JSONParseError(.unexpectedEnd, at: offset) }
        guard bytes[offset] == ASCII.closeBrace else {
            throw nameOffset == nil ? unexpectedByte() : JSONParseError(.unknownMember, at: offset)
        }
        let outer = Int(outerNames[depth - 1])
        lastName =
            outer == 0
            ? ScannedString(start: 0, end: 0, hasEscapes: false)
            : try ScannedString(in: bytes, from: outer, escapes: .canonicalOnly)
        close()
    }

    /// Whether the next member has this name; then the name is read and the value comes next.
    ///
    /// The name must hold no `"`, `\` or control character.
    public mutating func nextName(is name: StaticString) throws(JSONParseError) -> Bool {
        let count = name.utf8CodeUnitCount
        guard let quote = nameOffset, bytes.count - quote >= count + 3,
            bytes[quote + count + 1] == ASCII.quote, bytes[quote + count + 2] == ASCII.colon,
            ByteScan.equals(bytes, at: quote + 1, name)
        else { return false }
        try take(ScannedString(start: quote + 1, end: quote + 1 + count, hasEscapes: false))
        return true
    }

    /// Reads the name of the next member, which must be this one.
    public mutating func name(_ name: StaticString) throws(JSONParseError) {
        guard try nextName(is: name) else { throw JSONParseError(.missingMember, at: offset) }
    }

    /// Reads the name of the next member, whatever it is. Nil at the end of the object.
    public mutating func nextName() throws(JSONParseError) -> String? {
        guard let name = try scanName() else { return nil }
        try take(name)
        return try name.text(in: bytes)
    }

    /// Passes over the name of the next member. False at the end of the object.
    mutating func skipName() throws(JSONParseError) -> Bool {
        guard let name = try scanName() else { return false }
        try take(name)
        return true
    }

    /// The name of the next member as written between its quotes, without reading it. Nil at the end of the object.
    public func peekName() throws(JSONParseError) -> UnsafeRawBufferPointer? {
        try scanName()?.rawBytes(in: bytes)
    }

    /// Where the opening quote of the next name stands, when a name may stand here and one does.
    private var nameOffset: Int? {
        guard depth > 0, isInObject else { return nil }
        let quote: Int
        switch expected {
        case .value: return nil
        case .firstOrEnd: quote = offset
        case .commaOrEnd:
            guard offset < bytes.count, bytes[offset] == ASCII.comma else { return nil }
            quote = offset + 1
        }
        return quote < bytes.count && bytes[quote] == ASCII.quote ? quote : nil
    }

    private func scanName() throws(JSONParseError) -> ScannedString? {
        guard let quote = nameOffset else { return nil }
        let name = try ScannedString(in: bytes, from: quote + 1, escapes: .canonicalOnly)
        guard name.end + 1 < bytes.count else { throw JSONParseError(.unexpectedEnd, at: bytes.count) }
        guard bytes[name.end + 1] == ASCII.colon else { throw JSONParseError(.unexpectedByte, at: name.end + 1) }
        return name
    }

    private mutating func take(_ name: ScannedString) throws(JSONParseError) {
        if lastName.start != 0 {
            switch try order(lastName, name) {
            case .ascending: break
            case .same: throw JSONParseError(.duplicateName, at: name.start - 1)
            case .descending: throw JSONParseError(.namesOutOfOrder, at: name.start - 1)
            }
        }
        lastName = name
        offset = name.end + 2
        expected = .value
    }

    @inline(__always)
    private func order(_ left: ScannedString, _ right: ScannedString) throws(JSONParseError) -> UTF16Order {
        if !left.hasEscapes, !right.hasEscapes {
            return UTF16Order.compare(left.rawBytes(in: bytes), right.rawBytes(in: bytes))
        }
        let left = try left.unescapedBytes(in: bytes)
        let right = try right.unescapedBytes(in: bytes)
        return left.withUnsafeBytes { left in right.withUnsafeBytes { UTF16Order.compare(left, $0) } }
    }

    // MARK: Arrays

    public mutating func beginArray() throws(JSONParseError) {
        try open(ASCII.openBracket, objectBit: 0)
    }

    /// Whether another element comes. Ask before reading each one.
    public mutating func hasNextElement() -> Bool {
        guard depth > 0, !isInObject, offset < bytes.count else { return false }
        switch expected {
        case .value: break
        case .firstOrEnd:
            if bytes[offset] == ASCII.closeBracket { return false }
        case .commaOrEnd:
            if bytes[offset] != ASCII.comma { return false }
            offset += 1
        }
        expected = .value
        return true
    }

    public mutating func endArray() throws(JSONParseError) {
        guard depth > 0, !isInObject, expected != .value else { throw unexpectedByte() }
        guard offset < bytes.count else { throw JSONParseError(.unexpectedEnd, at: offset) }
        guard bytes[offset] == ASCII.closeBracket else { throw unexpectedByte() }
        close()
    }

    // MARK: Document

    /// The end of the document: the value is complete and nothing follows it.
    public func end() throws(JSONParseError) {
        guard depth == 0, expected == .commaOrEnd else { throw unexpectedByte() }
        guard offset == bytes.count else { throw JSONParseError(.trailingBytes, at: offset) }
    }

    // MARK: Steps

    @inline(__always)
    private mutating func open(_ bracket: UInt8, objectBit: UInt64) throws(JSONParseError) {
        guard expected == .value, offset < bytes.count, bytes[offset] == bracket else { throw unexpectedByte() }
        guard depth < JSON.maximumDepth else { throw JSONParseError(.tooDeep, at: offset) }
        depth += 1
        objectBits = objectBits << 1 | objectBit
        offset += 1
        expected = .firstOrEnd
    }

    @inline(__always)
    private mutating func close() {
        depth -= 1
        objectBits >>= 1
        offset += 1
        expected = .commaOrEnd
    }

    func unexpectedByte() -> JSONParseError {
        JSONParseError(offset < bytes.count ? .unexpectedByte : .unexpectedEnd, at: offset)
    }
}

/// Its slices point into memory that somebody else owns, so a reader stays on the thread that owns the buffer.
@available(*, unavailable)
extension CanonicalReader: Sendable {}
