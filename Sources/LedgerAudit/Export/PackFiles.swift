internal import CanonicalJSON
internal import LedgerCrypto

/// The files of a pack, each with its digest.
final class PackFiles {
    private let sink: any FileSink
    private var entries: [JSONValue] = []
    private var hasher = SHA256Hasher()
    private var length: Int64 = 0
    private var name = ""

    init(_ sink: any FileSink) { self.sink = sink }

    func begin(_ name: String) throws(ExportFault) {
        self.name = name
        length = 0
        try sink.begin(name)
    }

    func append(_ bytes: [UInt8]) throws(ExportFault) {
        length += Int64(bytes.count)
        hasher.update(bytes)
        try sink.append(bytes)
    }

    func end() throws(ExportFault) {
        try sink.end()
        entries.append(
            .object([
                "bytes": .integer(length), "name": .string(name), "sha256": .string(hasher.finish().hex),
            ]))
    }

    func add(_ name: String, _ bytes: [UInt8]) throws(ExportFault) {
        try begin(name)
        try append(bytes)
        try end()
    }

    /// Writes the manifest, and its digest for `sha256sum --check`. Returns the digest.
    func finish(_ manifest: PackManifest) throws(ExportFault) -> SHA256Digest {
        let bytes = JSON.indented(manifest.json(files: entries))
        let digest = SHA256.hash(bytes)
        try sink.add("manifest.json", bytes)
        try sink.add("manifest.sha256", Array("\(digest.hex)  manifest.json\n".utf8))
        try sink.finish()
        return digest
    }
}

/// Writes leaves as lines: a leaf is canonical JSON and holds no newline.
struct LeafWriter {
    /// Leaves in one file, so that whoever reads the pack can do so in parts.
    private static let leavesPerFile = 10_000

    private let folder: String
    private let files: PackFiles
    private var count = 0
    private var piece: [UInt8] = []

    init(_ folder: String, _ files: PackFiles) {
        self.folder = folder
        self.files = files
    }

    mutating func append(_ leaf: UnsafeRawBufferPointer) throws(ExportFault) {
        if count % Self.leavesPerFile == 0 {
            if count > 0 { try endFile() }
            let number = String(count / Self.leavesPerFile)
            try files.begin("\(folder)/\(String(repeating: "0", count: max(0, 4 - number.utf8.count)))\(number).jsonl")
        }
        count += 1
        piece.append(contentsOf: leaf)
        piece.append(UInt8(ascii: "\n"))
        if piece.count >= 1 << 16 { try writePiece() }
    }

    mutating func finish() throws(ExportFault) {
        if count > 0 { try endFile() }
    }

    private mutating func endFile() throws(ExportFault) {
        try writePiece()
        try files.end()
    }

    private mutating func writePiece() throws(ExportFault) {
        try files.append(piece)
        piece.removeAll(keepingCapacity: true)
    }
}
