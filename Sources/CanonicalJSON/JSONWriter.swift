/// Writes canonical JSON (RFC 8785) straight into bytes, commas included.
///
/// The caller names members in ascending order of UTF-16 code units and writes one value after each name; debug builds
/// stop when it does not. All builds stop at an integer beyond ±``JSON/maximumInteger`` and at nesting beyond
/// ``JSON/maximumDepth``: such bytes could be recorded, but never read back.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    private var commaIsDue = false
    private var depth = 0
    #if DEBUG
        private var form = WriterForm()
    #endif

    public init(reservingCapacity capacity: Int = 512) {
        bytes.reserveCapacity(capacity)
    }

    /// Starts a new document in the same memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        commaIsDue = false
        depth = 0
        #if DEBUG
            form = WriterForm()
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
        beginName { "\(name)" }
        bytes.append(ASCII.quote)
        bytes.append(contentsOf: contents)
        bytes.append(ASCII.quote)
        bytes.append(ASCII.colon)
    }

    public mutating func name(_ name: String) {
        beginName { name }
        StringEscaping.appendLiteral(name, to: &bytes)
        bytes.append(ASCII.colon)
    }

    public mutating func string(_ value: String) {
        beginValue()
        StringEscaping.appendLiteral(value, to: &bytes)
    }

    /// A string whose bytes the caller knows to be ASCII, such as hexadecimal digits. Other bytes stop the program.
    public mutating func string(asciiBytes value: UnsafeRawBufferPointer) {
        precondition(value.allSatisfy { $0 < 0x80 }, "not ASCII")
        beginValue()
        StringEscaping.appendLiteral(value, to: &bytes)
    }

    /// A string whose bytes the caller knows to be valid UTF-8, such as those that a `String` lends. Not checked.
    public mutating func string(utf8Bytes value: UnsafeBufferPointer<UInt8>) {
        beginValue()
        StringEscaping.appendLiteral(UnsafeRawBufferPointer(value), to: &bytes)
    }

    public mutating func integer(_ value: Int64) {
        precondition(value.magnitude <= JSON.maximumInteger.magnitude, "an integer that no reader would take")
        beginValue()
        var magnitude = value.magnitude
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var first = digits.count
            repeat {
                first -= 1
                digits[first] = ASCII.zero + UInt8(truncatingIfNeeded: magnitude % 10)
                magnitude /= 10
            } while magnitude > 0
            if value < 0 {
                first -= 1
                digits[first] = ASCII.minus
            }
            bytes.append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[first...]))
        }
    }

    public mutating func boolean(_ value: Bool) {
        literal(value ? "true" : "false")
    }

    public mutating func null() {
        literal("null")
    }

    /// A value that is canonical already. It is not checked.
    public mutating func raw(_ value: some Sequence<UInt8>) {
        beginValue()
        bytes.append(contentsOf: value)
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
        beginValue()
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func open(_ bracket: UInt8, isObject: Bool) {
        precondition(depth < JSON.maximumDepth, "nesting that no reader would take")
        beginValue()
        depth += 1
        bytes.append(bracket)
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
        bytes.append(bracket)
        commaIsDue = true
    }

    @inline(__always)
    private mutating func beginName(_ name: () -> String) {
        #if DEBUG
            form.name(name())
        #endif
        if commaIsDue { bytes.append(ASCII.comma) }
        commaIsDue = false
    }

    @inline(__always)
    private mutating func beginValue() {
        #if DEBUG
            form.value()
        #endif
        if commaIsDue { bytes.append(ASCII.comma) }
        commaIsDue = true
    }
}

extension JSON {
    /// Appends a string in its one canonical form, quotes included.
    public static func append(_ text: String, to bytes: inout [UInt8]) {
        StringEscaping.appendLiteral(text, to: &bytes)
    }

    /// The one canonical form of a value: RFC 8785, as long as every ``JSONValue/number(_:)`` in it is.
    public static func canonicalBytes(of value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(value)
        return writer.bytes
    }
}
