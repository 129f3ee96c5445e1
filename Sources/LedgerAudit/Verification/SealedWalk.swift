internal import AuthorizationCore
internal import CanonicalJSON

/// A sealed value and the path of its field, by which its record is filed.
struct NamedSeal: Equatable {
    let path: String
    let value: SealedValue
}

/// Finds the sealed values in an event's data without decoding the rest.
///
/// A sealed value is an object with exactly the members `ciphertext_hash`, `commitment` and `vault`; its path joins the
/// names and indexes that lead to it. It finds what `SealedFields` of EventLog finds in the decoded event.
struct SealedWalk {
    private static let sealedName = BytePattern("\"ciphertext_hash\":")

    private let bytes: UnsafeRawBufferPointer
    private var reader: CanonicalReader
    private var path: [String] = []
    private var found: [NamedSeal] = []

    enum Fault: Error {
        case form(JSONParseError)
        case malformed(String)
    }

    /// The sealed values of canonical data, by the bytes of their paths.
    static func fields(of data: UnsafeRawBufferPointer) throws(Fault) -> [NamedSeal] {
        // Inside a string the quotes would be escaped: these bytes can only be a member's name.
        guard Self.sealedName.occurs(in: data) else { return [] }
        var walk = SealedWalk(bytes: data, reader: CanonicalReader(data))
        try walk.value()
        return walk.found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private mutating func value() throws(Fault) {
        switch reader.offset < bytes.count ? bytes[reader.offset] : 0 {
        case UInt8(ascii: "{"):
            try step { (reader) throws(JSONParseError) in try reader.beginObject() }
            if try step({ (reader) throws(JSONParseError) in try reader.nextName(is: "ciphertext_hash") }) {
                return try sealedValue()
            }
            while let name = try step({ (reader) throws(JSONParseError) in try reader.nextName() }) {
                path.append(name)
                try value()
                path.removeLast()
            }
            try step { (reader) throws(JSONParseError) in try reader.endObject() }
        case UInt8(ascii: "["):
            try step { (reader) throws(JSONParseError) in try reader.beginArray() }
            var index = 0
            while reader.hasNextElement() {
                path.append("\(index)")
                try value()
                path.removeLast()
                index += 1
            }
            try step { (reader) throws(JSONParseError) in try reader.endArray() }
        default:
            try step { (reader) throws(JSONParseError) in try reader.skipValue() }
        }
    }

    private mutating func sealedValue() throws(Fault) {
        let texts = try step { (reader) throws(JSONParseError) in
            let hash = try reader.string()
            try reader.name("commitment")
            let commitment = try reader.string()
            try reader.name("vault")
            let vault = try reader.string()
            try reader.endObject()
            return (hash, commitment, vault)
        }
        let path = path.joined(separator: ".")
        guard let hash = Bytes32(text: texts.0), let commitment = Bytes32(text: texts.1),
            let vault = VaultID(text: texts.2)
        else { throw .malformed(path) }
        let value = SealedValue(vault: vault, commitment: commitment, ciphertextHash: hash)
        found.append(NamedSeal(path: path, value: value))
    }

    @discardableResult
    private mutating func step<Output>(
        _ body: (inout CanonicalReader) throws(JSONParseError) -> Output
    ) throws(Fault) -> Output {
        do throws(JSONParseError) { return try body(&reader) } catch { throw .form(error) }
    }
}
