internal import Glibc

/// Writes files into a folder of its own, which is made or was empty.
public final class FolderSink: FileSink {
    private let path: String
    private var made: Set<String> = []
    private var file: OutputFile?

    /// Makes the folder, or takes an empty one.
    public init(_ path: String) throws(ExportFault) {
        self.path = path
        if mkdir(path, 0o700) == 0 { return }
        switch errno {
        case EEXIST: break
        case ENOENT, ENOTDIR: throw .noSuchFolder(path: path)
        default: throw .notWritten(path: path, errno: errno)
        }
        guard let folder = opendir(path) else {
            throw errno == ENOTDIR ? .exists(path: path) : .notWritten(path: path, errno: errno)
        }
        defer { closedir(folder) }
        var entries = 0
        while readdir(folder) != nil { entries += 1 }
        // Itself and the folder above.
        guard entries <= 2 else { throw .folderNotEmpty(path: path) }
    }

    public func begin(_ name: String) throws(ExportFault) {
        if let slash = name.lastIndex(of: "/") { try make(String(name[..<slash])) }
        file = try OutputFile(creating: "\(path)/\(name)")
    }

    public func append(_ bytes: [UInt8]) throws(ExportFault) { try file?.append(bytes) }

    public func end() throws(ExportFault) {
        try file?.flush()
        file = nil
    }

    public func finish() throws(ExportFault) {}

    private func make(_ name: String) throws(ExportFault) {
        guard !made.contains(name) else { return }
        if let slash = name.lastIndex(of: "/") { try make(String(name[..<slash])) }
        let folder = "\(path)/\(name)"
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw .notWritten(path: folder, errno: errno) }
        made.insert(name)
    }
}
