import AuthorizationService
import Glibc
import LedgerCrypto

/// One secret in one file.
enum KeyFile {
    static let maximumBytes = 16_384

    /// What lets group or others at a file.
    private static let openBits: mode_t = 0o077

    /// Refuses a file or folder that other accounts may read, write or enter, and everything in it.
    ///
    /// Folders may lie `depth` deep in one another; what lies deeper is none of ours.
    static func checkPrivacy(of path: String, depth: Int = 3) throws(KeyError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw errno == ENOENT ? .missing(path) : .unreadable("\(path): \(systemError())")
        }
        guard status.st_mode & openBits == 0 else { throw .exposed(path) }
        guard status.st_mode & S_IFMT == S_IFDIR, depth > 0 else { return }
        for name in names(in: path).sorted() { try checkPrivacy(of: "\(path)/\(name)", depth: depth - 1) }
    }

    /// Reads a key. `count`, where given, is the only length that will do.
    static func read(_ path: String, count: Int? = nil) throws(KeyError) -> SecretBytes {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw errno == ENOENT ? .missing(path) : .unreadable("\(path): \(systemError())") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & openBits == 0 else { throw .exposed(path) }
        var bytes = [UInt8](repeating: 0, count: maximumBytes)
        defer { wipe(&bytes) }
        let found = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard found > 0, found < maximumBytes, count.map({ $0 == found }) ?? true else { throw .unreadable(path) }
        return SecretBytes(count: found) { memory in memory.copyBytes(from: bytes[..<found]) }
    }

    /// Writes a key that did not exist, and returns when it survives a crash.
    static func write(_ secret: borrowing SecretBytes, to path: String) throws(KeyError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unreadable("\(path): \(systemError())") }
        defer { close(descriptor) }
        let count = secret.count
        let written = secret.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard written == count, fsync(descriptor) == 0 else { throw .unreadable("\(path): \(systemError())") }
        try syncFolder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
    }

    /// Overwrites a key where it lies. The disk may have kept older copies; that is why vault keys are wrapped.
    static func overwrite(_ path: String) throws(KeyError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw errno == ENOENT ? .missing(path) : .unreadable("\(path): \(systemError())") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size <= maximumBytes else { throw .unreadable(path) }
        let zeros = [UInt8](repeating: 0, count: Int(status.st_size))
        guard Glibc.write(descriptor, zeros, zeros.count) == zeros.count, fsync(descriptor) == 0 else {
            throw .unreadable("\(path): \(systemError())")
        }
    }

    /// Overwrites and removes a key, and returns when it is gone for good. One that is not there is fine.
    static func destroy(_ path: String) throws(KeyError) {
        guard exists(path) else { return }
        try overwrite(path)
        guard unlink(path) == 0 else { throw .unreadable("\(path): \(systemError())") }
        try syncFolder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
    }

    static func syncFolder(_ path: String) throws(KeyError) {
        let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable("\(path): \(systemError())") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .unreadable("\(path): \(systemError())") }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    static func systemError() -> String { String(cString: strerror(errno)) }
}
