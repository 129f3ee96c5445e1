internal import AuthorizationCore
internal import CanonicalJSON
internal import LedgerCrypto

/// Where a sealed value stands in the bytes, and the path of its field, by which its record is filed.
struct SealPlace {
    let path: [UInt8]
    let ciphertextHash: Range<Int>
    let commitment: Range<Int>
    let vault: Range<Int>

    /// Whether the text that stands there is part of the sealed value.
    func holds(_ text: Range<Int>) -> Bool { text == ciphertextHash || text == commitment || text == vault }

    /// What the record must be, read from bytes in which the value stands here; nil when they say none.
    func read(_ bytes: UnsafeRawBufferPointer, _ vaults: inout IdentifierReader<VaultKind>) -> NamedSeal? {
        guard let hash = HexText.digest(UnsafeRawBufferPointer(rebasing: bytes[ciphertextHash])),
            commitment.count == 2 * SHA256Digest.byteCount,
            HexText.isHex(UnsafeRawBufferPointer(rebasing: bytes[commitment])),
            let vault = vaults.read(UnsafeRawBufferPointer(rebasing: bytes[vault]))
        else { return nil }
        return NamedSeal(path: path, ciphertextHash: hash, vault: vault)
    }
}

/// What an event says of one of its sealed records.
struct NamedSeal: Equatable {
    let path: [UInt8]
    let ciphertextHash: SHA256Digest
    let vault: VaultID

    var name: String { String(decoding: path, as: UTF8.self) }
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
    private var found: [SealPlace] = []

    /// The sealed values of canonical data, by the bytes of their paths.
    static func places(in data: UnsafeRawBufferPointer) throws(JSONParseError) -> [SealPlace] {
        // Inside a string the quotes would be escaped: these bytes can only be a member's name.
        guard Self.sealedName.occurs(in: data) else { return [] }
        var walk = SealedWalk(bytes: data, reader: CanonicalReader(data))
        try walk.value()
        return walk.found.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    }

    private mutating func value() throws(JSONParseError) {
        switch reader.offset < bytes.count ? bytes[reader.offset] : 0 {
        case UInt8(ascii: "{"):
            try reader.beginObject()
            if try reader.nextName(is: "ciphertext_hash") { return try sealedValue() }
            while let name = try reader.nextName() {
                path.append(name)
                try value()
                path.removeLast()
            }
            try reader.endObject()
        case UInt8(ascii: "["):
            try reader.beginArray()
            var index = 0
            while reader.hasNextElement() {
                path.append("\(index)")
                try value()
                path.removeLast()
                index += 1
            }
            try reader.endArray()
        default:
            try reader.skipValue()
        }
    }

    private mutating func sealedValue() throws(JSONParseError) {
        let hash = try text()
        try reader.name("commitment")
        let commitment = try text()
        try reader.name("vault")
        let vault = try text()
        try reader.endObject()
        found.append(
            SealPlace(
                path: Array(path.joined(separator: ".").utf8), ciphertextHash: hash, commitment: commitment,
                vault: vault))
    }

    /// Where the characters of a string stand.
    private mutating func text() throws(JSONParseError) -> Range<Int> {
        let count = try reader.stringBytes().count
        return reader.offset - 1 - count..<reader.offset - 1
    }
}

extension SealPlace {
    /// The same place in bytes of which those that it was found in begin at `offset`.
    func moved(by offset: Int) -> SealPlace {
        func move(_ range: Range<Int>) -> Range<Int> { range.lowerBound + offset..<range.upperBound + offset }
        return SealPlace(
            path: path, ciphertextHash: move(ciphertextHash), commitment: move(commitment), vault: move(vault))
    }
}
