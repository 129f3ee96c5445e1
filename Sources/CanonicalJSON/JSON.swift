/// One strict parser and one canonical writer (RFC 8785) for the whole project.
///
/// Foundation's JSON cannot serve: it keeps the first of two equal names in silence, takes "é" in its two spellings for
/// one name, sorts by code points and writes `\/`. Here bytes that were accepted mean one thing only, and a value has
/// one form only.
public enum JSON {
    /// The largest magnitude of an integer in our own documents, 2^53 - 1: beyond it a reader that uses doubles
    /// would see a neighbour (RFC 7493, section 2.2).
    public static let maximumInteger: Int64 = 9_007_199_254_740_991

    /// How many objects and arrays may be open at once. It also bounds the parser's recursion.
    public static let maximumDepth = 32

    /// The size of a document in bytes, unless the caller sets another limit.
    public static let defaultMaximumBytes = 65_536

    /// The value that `bytes` hold, the whole of them.
    ///
    /// Whitespace is allowed around tokens. Use ``CanonicalReader`` where bytes must be canonical.
    ///
    /// - Throws: ``JSONParseError`` with the first fault and its offset.
    public static func parse(
        _ bytes: UnsafeRawBufferPointer, grammar: JSONGrammar = .strict, maximumBytes: Int = defaultMaximumBytes
    ) throws(JSONParseError) -> JSONValue {
        let numbers: JSONParser.NumberRule =
            switch grammar {
            case .strict: .profileIntegers
            case .foreign: .text
            }
        return try parse(bytes, numbers: numbers, maximumBytes: maximumBytes)
    }

    /// The value that `bytes` hold, the whole of them.
    ///
    /// - Throws: ``JSONParseError`` with the first fault and its offset.
    public static func parse(
        _ bytes: [UInt8], grammar: JSONGrammar = .strict, maximumBytes: Int = defaultMaximumBytes
    ) throws(JSONParseError) -> JSONValue {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONParseError) in
            try parse(UnsafeRawBufferPointer(buffer), grammar: grammar, maximumBytes: maximumBytes)
        }
    }

    static func parse(
        _ bytes: UnsafeRawBufferPointer, numbers: JSONParser.NumberRule, maximumBytes: Int
    ) throws(JSONParseError) -> JSONValue {
        guard bytes.count <= maximumBytes else { throw JSONParseError(.tooManyBytes, at: maximumBytes) }
        var parser = JSONParser(bytes: bytes, numbers: numbers)
        return try parser.document()
    }
}
