import Glibc

/// The file that holds the users: read whole, and replaced whole.
enum UsersFile {
    /// Nil when there is no such file.
    static func read(_ path: String) throws(FileError) -> UserList? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileError(path, "cannot be opened: \(systemError()).")
        }
        defer { close(descriptor) }
        guard let bytes = readAll(descriptor, atMost: UserList.maximumBytes) else {
            throw FileError(path, "cannot be read, or has more than \(UserList.maximumBytes) bytes.")
        }
        do throws(UserListError) {
            return try UserList(parsing: bytes)
        } catch {
            throw FileError(path, error.sentence)
        }
    }

    /// Replaces the file. A reader, or a crash, sees the old list or the new one, and only the owner may read either.
    static func write(_ list: UserList, to path: String) throws(FileError) {
        let draft = "\(path).\(getpid()).new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError(draft, "cannot be created: \(systemError()).") }
        let isWritten = writeAll(list.bytes, to: descriptor) && fsync(descriptor) == 0
        close(descriptor)
        guard isWritten, rename(draft, path) == 0 else {
            let reason = systemError()
            unlink(draft)
            throw FileError(path, "cannot be written: \(reason).")
        }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let slice = UnsafeRawBufferPointer(rebasing: rest)
                let count = Glibc.write(descriptor, slice.baseAddress, slice.count)
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
    }

    private static func systemError() -> String { String(cString: strerror(errno)) }
}

/// What is wrong with a file, in one sentence.
struct FileError: Error {
    let sentence: String

    init(_ path: String, _ what: String) { sentence = "\(path) \(what)" }
}

/// Everything up to the end; nil on an error, and for more than `maximum` bytes.
func readAll(_ descriptor: Int32, atMost maximum: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: min(maximum + 1, 65_536))
    while true {
        let count = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        if count == 0 { return bytes }
        guard count > 0, bytes.count + count <= maximum else { return nil }
        bytes += piece[..<count]
    }
}
