/// Writes files into an uncompressed tar archive (POSIX.1-1988 ustar) that is the same for the same files: no times, no
/// owners, one mode.
public final class TarSink: FileSink {
    private static let blockSize = 512
    /// The largest file that eleven octal digits describe, in bytes.
    private static let maximumSize = 0o77_777_777_777

    private var archive: OutputFile
    /// Bytes written so far.
    private var length = 0
    private var name = ""
    private var start = 0

    /// Makes the archive; it must not be there.
    public init(_ path: String) throws(ExportFault) {
        archive = try OutputFile(creating: path)
    }

    public func begin(_ name: String) throws(ExportFault) {
        guard (1...100).contains(name.utf8.count) else { throw .notForTar(name: name) }
        self.name = name
        start = length
        // The size is known at the end.
        try write(Self.header(of: name, size: 0))
    }

    public func append(_ bytes: [UInt8]) throws(ExportFault) { try write(bytes) }

    public func end() throws(ExportFault) {
        let size = length - start - Self.blockSize
        guard size <= Self.maximumSize else { throw .notForTar(name: name) }
        try write(Array(repeating: 0, count: (Self.blockSize - size % Self.blockSize) % Self.blockSize))
        try archive.replace(Self.header(of: name, size: size), at: start)
    }

    public func finish() throws(ExportFault) {
        try write(Array(repeating: 0, count: 2 * Self.blockSize))
        try archive.sync()
    }

    private func write(_ bytes: [UInt8]) throws(ExportFault) {
        try archive.append(bytes)
        length += bytes.count
    }

    private static func header(of name: String, size: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: blockSize)
        func put(_ text: String, _ offset: Int) {
            header.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
        }
        put(name, 0)
        put("0000644", 100)
        put("0000000", 108)
        put("0000000", 116)
        put(octal(size, 11), 124)
        put("00000000000", 136)
        // The checksum is computed as if it were spaces.
        put("        ", 148)
        put("0", 156)
        put("ustar", 257)
        put("00", 263)
        let sum = header.reduce(0) { $0 + Int($1) }
        put(octal(sum, 6) + "\0 ", 148)
        return header
    }

    private static func octal(_ number: Int, _ digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }
}
