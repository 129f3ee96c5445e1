internal import CSQLite

/// Reads a database file eight pages at a time while a connection reads on in it, as whoever reads a whole ledger does.
///
/// SQLite asks for one page after the other, and each question to the system costs as much as copying the page. What was
/// read ahead is forgotten when a read transaction begins. Within one it cannot be out of date: pages that change are
/// then read from the write-ahead log, and nothing is moved from there over a page that a reader may still ask for.
///
/// It takes the place of the file's methods, of which SQLite looks up `xRead` and the locks for every call. The pointers
/// are SQLite's, to a file that it keeps open until `xClose`, which ends this too; so there is no owner to keep.
struct ReadAhead {
    private static let byteCount = 32_768

    // First, so that a pointer to the file's methods is one to this.
    private var methods: sqlite3_io_methods
    private let original: UnsafePointer<sqlite3_io_methods>
    private let buffer: UnsafeMutableRawPointer
    /// Where the bytes in the buffer stand in the file; nil when there are none.
    private var start: Int64?
    /// Where the newest read began that the buffer could not answer.
    private var lastMiss: Int64 = -1

    private typealias File = UnsafeMutablePointer<sqlite3_file>

    /// Begins with the main database of a connection.
    static func begin(on connection: SQLiteConnection) throws(SQLiteError) {
        var found: File?
        try connection.check(
            sqlite3_file_control(connection.handle, "main", SQLITE_FCNTL_FILE_POINTER, &found))
        guard let file = found, let original = file.pointee.pMethods else { return }
        let state = UnsafeMutablePointer<ReadAhead>.allocate(capacity: 1)
        state.initialize(
            to: ReadAhead(
                methods: original.pointee, original: original,
                buffer: .allocate(byteCount: byteCount, alignment: 4_096)))
        state.pointee.methods.xRead = { file, target, count, offset in
            ReadAhead.read(file, target, count, offset)
        }
        state.pointee.methods.xLock = { file, level in
            ReadAhead.of(file)?.pointee.start = nil
            return ReadAhead.of(file)?.pointee.original.pointee.xLock(file, level) ?? SQLITE_IOERR
        }
        state.pointee.methods.xShmLock = { file, first, count, flags in
            ReadAhead.of(file)?.pointee.start = nil
            return ReadAhead.of(file)?.pointee.original.pointee.xShmLock(file, first, count, flags) ?? SQLITE_IOERR
        }
        state.pointee.methods.xClose = { file in ReadAhead.close(file) }
        file.pointee.pMethods = UnsafeRawPointer(state).assumingMemoryBound(to: sqlite3_io_methods.self)
    }

    private init(
        methods: sqlite3_io_methods, original: UnsafePointer<sqlite3_io_methods>, buffer: UnsafeMutableRawPointer
    ) {
        self.methods = methods
        self.original = original
        self.buffer = buffer
    }

    private static func of(_ file: File?) -> UnsafeMutablePointer<ReadAhead>? {
        UnsafeMutableRawPointer(mutating: file?.pointee.pMethods)?.assumingMemoryBound(to: ReadAhead.self)
    }

    private static func read(
        _ file: File?, _ target: UnsafeMutableRawPointer?, _ count: Int32, _ offset: Int64
    ) -> Int32 {
        guard let state = of(file), let target else { return SQLITE_IOERR }
        if state.pointee.take(Int(count), at: offset, into: target) { return SQLITE_OK }
        let read = state.pointee.original.pointee.xRead
        let readsOn = offset > state.pointee.lastMiss && offset - state.pointee.lastMiss <= 2 * Int64(byteCount)
        state.pointee.lastMiss = offset
        state.pointee.start = nil
        // Near the file's end so many bytes are not there, and the page is read by itself.
        if readsOn, read?(file, state.pointee.buffer, Int32(byteCount), offset) == SQLITE_OK {
            state.pointee.start = offset
            if state.pointee.take(Int(count), at: offset, into: target) { return SQLITE_OK }
        }
        return read?(file, target, count, offset) ?? SQLITE_IOERR
    }

    /// Copies bytes out of the buffer; false when they are not there.
    private func take(_ count: Int, at offset: Int64, into target: UnsafeMutableRawPointer) -> Bool {
        guard let start, offset >= start, Int(offset - start) + count <= Self.byteCount else { return false }
        target.copyMemory(from: buffer + Int(offset - start), byteCount: count)
        return true
    }

    private static func close(_ file: File?) -> Int32 {
        guard let state = of(file) else { return SQLITE_IOERR }
        let original = state.pointee.original
        file?.pointee.pMethods = original
        state.pointee.buffer.deallocate()
        state.deallocate()
        return original.pointee.xClose(file)
    }
}
