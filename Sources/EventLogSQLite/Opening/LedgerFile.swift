internal import AuthorizationCore
internal import Glibc
internal import LedgerSchema

/// What can be said about a file before SQLite opens it, and the right to write it.
enum LedgerFile {
    /// Refuses what is no SQLite file, in the order of what a person would want to hear first.
    static func check(_ path: String) throws(OpenError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw openError(errno, path: path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .notALedger(path: path, .notSQLite)
        }
        guard status.st_size > 0 else { throw .notALedger(path: path, .empty) }
        var magic = [UInt8](repeating: 0, count: 16)
        guard read(descriptor, &magic, 16) == 16, magic == Array("SQLite format 3\0".utf8) else {
            throw .notALedger(path: path, .notSQLite)
        }
    }

    /// Whether the database is one with a write-ahead log, and the files that belong to it are not there.
    static func lacksLogFiles(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Offset 18 of the header is the version needed to write: 2 for write-ahead logs.
        var version: UInt8 = 0
        guard pread(descriptor, &version, 1, 18) == 1, version == 2 else { return false }
        return access(path + "-wal", F_OK) != 0 || access(path + "-shm", F_OK) != 0
    }

    /// Refuses other applications' files and newer layouts.
    static func checkSchema(
        of connection: SQLiteConnection, path: String, application: Int64 = LedgerSchema.ledgerApplicationID
    ) throws(OpenError) {
        let found = try opening(path) { () throws(SQLiteError) in
            (
                application: try connection.integer("PRAGMA application_id"),
                version: try connection.integer("PRAGMA user_version")
            )
        }
        guard found.application == application else { throw .notALedger(path: path, .otherApplication) }
        guard found.version <= LedgerSchema.version else {
            throw .newerSchema(path: path, found: found.version, known: LedgerSchema.version)
        }
    }

    /// Refuses another state key than the one that the file was made with, where it says which that was.
    static func check(_ stateCheck: Bytes32, of connection: SQLiteConnection, path: String) throws(OpenError) {
        let fits = try opening(path) { () throws(SQLiteError) in
            let row = try connection.prepare("SELECT state_check FROM meta WHERE id = 1")
            guard try row.step() else { return true }
            return row.isNull(0) || row.bytes(0) == stateCheck.bytes
        }
        guard fits else { throw .wrongKey(path: path, key: "state") }
    }

    static func openError(_ code: Int32, path: String) -> OpenError {
        switch code {
        case ENOENT, ENOTDIR: .noSuchFile(path: path)
        case EEXIST: .alreadyExists(path: path)
        case EACCES, EPERM, EROFS: .permissionDenied(path: path)
        default: .unreadable(path: path, String(cString: strerror(code)))
        }
    }

    /// Makes a new name in a folder survive a crash.
    static func synchronizeFolder(of path: String) throws(OpenError) {
        let folder = path.lastIndex(of: "/").map { path[..<$0].isEmpty ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw openError(errno, path: folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw openError(errno, path: folder) }
    }

    /// Makes a file under another name, and gives it its own when it is whole and on the disk.
    static func create<Output>(
        _ path: String, _ write: (SQLiteConnection) throws(SQLiteError) -> Output
    ) throws(OpenError) -> Output {
        guard access(path, F_OK) != 0 else { throw .alreadyExists(path: path) }
        let draft = path + ".creating"
        func removeDraft() { for suffix in ["", "-journal", "-wal", "-shm"] { unlink(draft + suffix) } }
        removeDraft()
        try createPrivate(draft)
        defer { removeDraft() }
        let output = try opening(path) { () throws(SQLiteError) in
            let connection = try SQLiteConnection(draft, .writing)
            try connection.execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA")
            return try write(connection)
        }
        // A link, not a rename: it does not replace a file that came into being meanwhile.
        guard link(draft, path) == 0 else { throw openError(errno, path: path) }
        try synchronizeFolder(of: path)
        return output
    }

    /// An empty file that only this account can read.
    static func createPrivate(_ path: String) throws(OpenError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw openError(errno, path: path) }
        close(descriptor)
    }
}

/// The right to write a ledger: a `flock` on `FILE.lock`, which ends with the process however that ends.
final class WriterLock: @unchecked Sendable {
    // Safe to share: the descriptor is written once; the kernel orders what is done with it.
    private let descriptor: Int32

    init(of path: String) throws(OpenError) {
        descriptor = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw LedgerFile.openError(errno, path: path + ".lock") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            throw code == EWOULDBLOCK ? .inUse(path: path) : LedgerFile.openError(code, path: path + ".lock")
        }
    }

    /// Gives the right back before the owner's life ends.
    func unlock() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }
}
