/// Writes canonical JSON (RFC 8785) straight into bytes, commas included.
///
/// The caller names members in ascending order of UTF-16 code units and writes one value after each name; debug builds
/// stop when it does not. All builds stop at an integer beyond ±``JSON/maximumInteger`` and at nesting beyond
/// ``JSON/maximumDepth``: such bytes could be recorded, but never read back.
public struct JSONWriter: Sendable {
    private var sink: ByteSink
    private var commaIsDue = false
    private var depth = 0
    #if DEBUG
        private var form: WriterForm
    #endif

    /// - Parameter inAnyOrder: For an object of somebody else's, whose members stay as they came: names may stand in
    ///   any order, and what is written is canonical only if they do not.
    public init(reservingCapacity capacity: Int = 512, inAnyOrder: Bool = false) {
        sink = ByteSink(reservingCapacity: capacity)
        #if DEBUG
            form = WriterForm(inAnyOrder: inAnyOrder)
        #endif
    }

    /// What was written so far.
    public var bytes: [UInt8] { sink.bytes }

    /// How many bytes were written so far.
    public var count: Int { sink.count }

    /// What was written. It spares the copy that ``bytes`` makes, and leaves an empty writer.
    public mutating func takeBytes() -> [UInt8] { sink.take() }

    /// Starts a new document in the same memory.
    public mutating func removeAll() {
        sink.removeAll()
        commaIsDue = false
        depth = 0
        #if DEBUG
            form.restart()
        #endif
    }

    public mutating func beginObject() {
        open(ASCII.openBrace, isObject: true)
    }

    public mutating func endObject() {
        close(ASCII.closeBrace, isObject: true)
    }

    public mutating func beginArray() {
        open(ASCII.openBracket, isObject: false)
    }

    public mutating func endArray() {
        close(ASCII.closeBracket, isObject: false)
    }

    /// A name without `"`, `\` and control characters.
    public mutating func name(_ name: StaticString) {
        let contents = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        assert(contents.allSatisfy { !ByteScan.mustBeEscaped($0) }, "pass a name that needs escapes as a String")
        #if DEBUG
            form.name("\(name)")
        #endif
        let comma = takeComma()
        sink.write(upTo: contents.count + 4) { start in
            var end = start
            func put(_ byte: UInt8) {
                end.pointee = byte
                end += 1
            }
            if let comma { put(comma) }
            put(ASCII.quote)
            if let source = contents.baseAddress {
                UnsafeMutableRawPointer(end).copyMemory(from: source, byteCount: contents.count)
                end += contents.count
            }
            put(ASCII.quote)
            put(ASCII.colon)
            return end - start
        }
    }

    public mutating func name(_ name: String) {
        #if DEBUG
            form.name(name)
        #endif
        let comma = takeComma()
        var name = name
        name.withUTF8 {
            StringEscaping.appendLiteral(UnsafeRawBufferPointer($0), after: comma, before: ASCII.colon, to: &sink)
        }
    }

    public mutating func string(_ value: String) {
        var value = value
        value.withUTF8 { string(utf8Bytes: $0) }
    }

    /// A string whose bytes the caller knows to be ASCII, such as hexadecimal digits. Other bytes stop the program.
    public mutating func string(asciiBytes value: UnsafeRawBufferPointer) {
        precondition(value.allSatisfy { $0 < 0x80 }, "not ASCII")
        let comma = beginValue()
        StringEscaping.appendLiteral(value, after: comma, to: &sink)
    }

    /// A string whose bytes the caller knows to be valid UTF-8, such as those that a `String` lends. Not checked.
    public mutating func string(utf8Bytes value: UnsafeBufferPointer<UInt8>) {
        let comma = beginValue()
        StringEscaping.appendLiteral(UnsafeRawBufferPointer(value), after: comma, to: &sink)
    }

    public mutating func integer(_ value: Int64) {
        precondition(value.magnitude <= JSON.maximumInteger.magnitude, "an integer that no reader would take")
        let comma = beginValue()
        var magnitude = value.magnitude
        var count = 1
        var power: UInt64 = 10
        // 16 digits at most: the power cannot overflow.
        while magnitude >= power {
            count += 1
            power *= 10
        }
        sink.write(upTo: count + 2) { start in
            var end = start
            if let comma {
                end.pointee = comma
                end += 1
            }
            if value < 0 {
                end.pointee = ASCII.minus
                end += 1
            }
            for place in stride(from: count - 1, through: 0, by: -1) {
                end[place] = ASCII.zero + UInt8(truncatingIfNeeded: magnitude % 10)
                magnitude /= 10
            }
            return end + count - start
        }
    }

    public mutating func boolean(_ value: Bool) {
        literal(value ? "true" : "false")
    }

    public mutating func null() {
        literal("null")
    }

    /// A value that is canonical already. It is not checked.
    public mutating func raw(_ value: some Collection<UInt8>) {
        if let comma = beginValue() { sink.append(comma) }
        let isDone: Void? = value.withContiguousStorageIfAvailable {
            sink.append(contentsOf: UnsafeRawBufferPointer($0))
        }
        guard isDone == nil else { return }
        for byte in value { sink.append(byte) }
    }

    /// The value with its members in canonical order. A ``JSONValue/number(_:)`` is written as it stands.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .boolean(let value): boolean(value)
        case .integer(let value): integer(value)
        case .number(let text): raw(text.utf8)
        case .string(let value): string(value)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for member in object.canonicalMembers {
                name(member.name)
                self.value(member.value)
            }
            endObject()
        }
    }

    private mutating func literal(_ text: StaticString) {
        if let comma = beginValue() { sink.append(comma) }
        sink.append(contentsOf: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func open(_ bracket: UInt8, isObject: Bool) {
        precondition(depth < JSON.maximumDepth, "nesting that no reader would take")
        if let comma = beginValue() { sink.append(comma) }
        depth += 1
        sink.append(bracket)
        commaIsDue = false
        #if DEBUG
            form.open(isObject: isObject)
        #endif
    }

    private mutating func close(_ bracket: UInt8, isObject: Bool) {
        #if DEBUG
            form.close(isObject: isObject)
        #endif
        depth -= 1
        sink.append(bracket)
        commaIsDue = true
    }

    /// The comma that stands before a name, if one does.
    @inline(__always)
    private mutating func takeComma() -> UInt8? {
        defer { commaIsDue = false }
        return commaIsDue ? ASCII.comma : nil
    }

    /// The comma that stands before a value, if one does. One will before the next.
    @inline(__always)
    private mutating func beginValue() -> UInt8? {
        #if DEBUG
            form.value()
        #endif
        defer { commaIsDue = true }
        return commaIsDue ? ASCII.comma : nil
    }
}

extension JSON {
    /// The one canonical form of a value: RFC 8785, as long as every ``JSONValue/number(_:)`` in it is.
    public static func canonicalBytes(of value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(value)
        return writer.takeBytes()
    }
}
