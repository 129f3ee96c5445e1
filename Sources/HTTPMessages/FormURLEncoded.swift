/// Why a form was refused.
public enum FormError: Error, Equatable, Sendable {
    /// A name or value with a bad `%`, a NUL, or bytes that are no UTF-8.
    case badEncoding(PercentDecodingError)
    case tooManyFields(maximum: Int)
}

/// The fields of an `application/x-www-form-urlencoded` body or query, in the order in which they were sent.
///
/// `+` is a space and `%XX` a byte of UTF-8. A repeated name is kept and can be asked for, because OAuth forbids it
/// (RFC 6749, section 3.2) where other forms do not.
public struct FormURLEncoded: Equatable, Sendable {
    public struct Field: Equatable, Sendable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public static let defaultMaximumFields = 64

    public let fields: [Field]

    public init(_ fields: [Field]) {
        self.fields = fields
    }

    /// Reads a form. Empty pieces (`a=1&&b=2`) are skipped; a piece without `=` is a name with an empty value.
    public init(parsing bytes: [UInt8], maximumFields: Int = defaultMaximumFields) throws(FormError) {
        var fields: [Field] = []
        var scratch: [UInt8] = []
        scratch.reserveCapacity(bytes.count)
        var start = 0
        while start < bytes.count {
            let piece = bytes[start...].prefix { $0 != UInt8(ascii: "&") }
            start = piece.endIndex + 1
            guard !piece.isEmpty else { continue }
            guard fields.count < maximumFields else { throw .tooManyFields(maximum: maximumFields) }
            let end = piece.firstIndex(of: UInt8(ascii: "=")) ?? piece.endIndex
            fields.append(
                Field(
                    name: try Self.decode(piece[..<end], &scratch),
                    value: try Self.decode(piece[end...].dropFirst(), &scratch)))
        }
        self.fields = fields
    }

    /// The text of one encoded name or value.
    public static func decode(_ bytes: ArraySlice<UInt8>) throws(FormError) -> String {
        var scratch: [UInt8] = []
        return try decode(bytes, &scratch)
    }

    /// Reads a query. See ``init(parsing:maximumFields:)``.
    public init(parsing query: String, maximumFields: Int = defaultMaximumFields) throws(FormError) {
        try self.init(parsing: [UInt8](query.utf8), maximumFields: maximumFields)
    }

    private static func decode(_ bytes: ArraySlice<UInt8>, _ scratch: inout [UInt8]) throws(FormError) -> String {
        scratch.removeAll(keepingCapacity: true)
        scratch.append(contentsOf: bytes)
        do {
            return try PercentDecoding.decode(&scratch, plusIsSpace: true)
        } catch {
            throw .badEncoding(error)
        }
    }

    public func first(_ name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    public func all(_ name: String) -> [String] {
        fields.filter { $0.name == name }.map(\.value)
    }

    /// The first name that stands there for the second time, or nil when every name is unique.
    public var repeatedName: String? {
        var seen: Set<String> = []
        return fields.first { !seen.insert($0.name).inserted }?.name
    }

    /// The bytes of this form. Parsing them gives this form again, unless a field is empty in name and value.
    public var encoded: [UInt8] {
        var bytes: [UInt8] = []
        for field in fields {
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
            bytes += PercentDecoding.encodedBytes(field.name, spaceIsPlus: true)
            bytes.append(UInt8(ascii: "="))
            bytes += PercentDecoding.encodedBytes(field.value, spaceIsPlus: true)
        }
        return bytes
    }
}
