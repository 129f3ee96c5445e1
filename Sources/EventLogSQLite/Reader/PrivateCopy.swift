internal import Glibc

/// A copy of a ledger file and its write-ahead log in a folder that only this account can enter; gone with its owner.
final class PrivateCopy {
    let path: String
    let cause: SQLiteLedgerReader.CopyCause
    private let folder: String

    /// Copies what can be read. Nil when that is not enough.
    init?(of source: String, because cause: SQLiteLedgerReader.CopyCause) {
        self.cause = cause
        var template = Array("\(Self.temporaryFolder)/authledger-copy-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = folder + "/ledger"
        // The log first: pages that move into the database meanwhile are then in both, never in neither.
        _ = Self.copy(source + "-wal", to: path + "-wal")
        guard Self.copy(source, to: path) else { return nil }
    }

    deinit {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
        rmdir(folder)
    }

    private static var temporaryFolder: String {
        guard let folder = getenv("TMPDIR"), folder.pointee != 0 else { return "/tmp" }
        return String(cString: folder)
    }

    private static func copy(_ source: String, to target: String) -> Bool {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { return false }
        defer { close(input) }
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { return false }
        defer { close(output) }
        return withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
            while true {
                let count = read(input, buffer.baseAddress, buffer.count)
                if count == 0 { return true }
                guard count > 0 else { return false }
                var written = 0
                while written < count {
                    let step = write(output, buffer.baseAddress.map { $0 + written }, count - written)
                    guard step > 0 else { return false }
                    written += step
                }
            }
        }
    }
}
