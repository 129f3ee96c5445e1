import AuthorizationService
import CommandLineTools
import Glibc

/// A file that holds one thing, whole, at any moment, for this account only: written beside, synced, renamed, the folder
/// synced. A crash leaves the old content or the new one.
struct AtomicFile: CosignedFile {
    static let maximumBytes = 1 << 20

    let path: String

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Nil when there is none yet.
    func read() throws -> [UInt8]? {
        do throws(InputFileError) {
            return try InputFile.read(path, maximumBytes: Self.maximumBytes)
        } catch {
            guard case .absent = error.reason else { throw Failure(description: error.sentence) }
            return nil
        }
    }

    func write(_ bytes: [UInt8]) throws {
        let beside = path + ".new"
        let descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(beside) }
        do {
            defer { close(descriptor) }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw failure(beside) }
                rest = rest.dropFirst(count)
            }
            guard fsync(descriptor) == 0 else { throw failure(beside) }
        }
        guard rename(beside, path) == 0 else { throw failure(path) }
        try KeyFile.syncFolder(path.lastIndex(of: "/").map { String(path[...$0]) } ?? ".")
    }

    private func failure(_ path: String) -> Failure {
        Failure(description: "\(path) cannot be written: \(KeyFile.systemError())")
    }
}
