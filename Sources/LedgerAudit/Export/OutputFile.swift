internal import Glibc

/// A file that did not exist before, for this account only. Its writes are gathered.
struct OutputFile: ~Copyable {
    private static let bufferSize = 1 << 18

    let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(creating path: String) throws(ExportFault) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            switch errno {
            case EEXIST: throw .exists(path: path)
            case ENOENT, ENOTDIR: throw .noSuchFolder(path: path)
            default: throw .notWritten(path: path, errno: errno)
            }
        }
    }

    deinit { close(descriptor) }

    mutating func append(_ bytes: [UInt8]) throws(ExportFault) {
        buffer += bytes
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Writes what was gathered. Before the end of the file's life it must be called.
    mutating func flush() throws(ExportFault) {
        let failure = buffer.withUnsafeBytes { bytes -> Int32? in
            var rest = bytes[...]
            while !rest.isEmpty {
                let slice = UnsafeRawBufferPointer(rebasing: rest)
                let count = write(descriptor, slice.baseAddress, slice.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return errno }
                rest = rest.dropFirst(count)
            }
            return nil
        }
        buffer.removeAll(keepingCapacity: true)
        if let failure { throw .notWritten(path: path, errno: failure) }
    }

    /// Writes over bytes that were written before.
    mutating func replace(_ bytes: [UInt8], at offset: Int) throws(ExportFault) {
        try flush()
        let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, offset) }
        guard count == bytes.count else { throw .notWritten(path: path, errno: count < 0 ? errno : EIO) }
    }

    /// Writes what was gathered and waits for the disk.
    mutating func sync() throws(ExportFault) {
        try flush()
        guard fsync(descriptor) == 0 else { throw .notWritten(path: path, errno: errno) }
    }
}
