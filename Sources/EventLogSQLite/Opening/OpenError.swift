internal import AuthorizationCore
internal import EventLog

/// Why a ledger could not be opened or created. Its description is one sentence for a person.
public enum OpenError: Error, Sendable, Equatable {
    case noSuchFile(path: String)
    case alreadyExists(path: String)
    /// The file is empty, is no SQLite database, or is one of something else.
    case notALedger(path: String, NotALedger)
    /// The file was written by a newer program.
    case newerSchema(path: String, found: Int64, known: Int64)
    case permissionDenied(path: String)
    /// Another process, or this one, has the ledger open for writing.
    case inUse(path: String)
    /// The bytes are not what their hashes say, or do not belong together.
    case damaged(path: String, Damage)
    /// A key is not the one under which the file was written.
    case wrongKey(path: String, key: String)
    /// The operating system or SQLite could not do what was asked, for none of the reasons above.
    case unreadable(path: String, String)

    public enum NotALedger: Sendable, Equatable {
        case empty
        case notSQLite
        case otherApplication
    }

    /// What does not hold, and where.
    public enum Damage: Sendable, Equatable {
        /// No event stands at a position below the head.
        case missingEvent(Int64)
        /// The event's bytes do not have the hash that stands beside them.
        case wrongLeafHash(Int64)
        /// The event's bytes are no event.
        case noEvent(Int64)
        /// Events stand at or beyond the head's size.
        case beyondHead(size: Int64, events: Int64)
        case missingTile(level: Int, index: Int64)
        /// The tree over the events has another root, or another edge, than the head says.
        case wrongHead(size: Int64)
        /// The estate events say something else about what was touched than the head does.
        case wrongEstatePositions
        case missingHead
        /// A vault file does not say under which keys it was written.
        case missingKeyChecks
        /// SQLite found a page that is no page.
        case pages(String)
    }
}

extension OpenError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noSuchFile(let path): "There is no ledger at \(path)."
        case .alreadyExists(let path): "There is already a file at \(path)."
        case .notALedger(let path, .empty): "\(path) is empty: it is no ledger."
        case .notALedger(let path, .notSQLite): "\(path) is no ledger: it is not an SQLite file."
        case .notALedger(let path, .otherApplication): "\(path) is an SQLite file, but no ledger."
        case .newerSchema(let path, let found, let known):
            "\(path) has layout \(found), and this program knows layouts up to \(known): use a newer program."
        case .permissionDenied(let path): "This account may not open \(path)."
        case .inUse(let path): "\(path) is in use by another process."
        case .damaged(let path, let damage): "\(path) is damaged: \(damage)."
        case .wrongKey(let path, let key):
            "The key '\(key)' is not the one of \(path): give the folder that init made with it as --keys."
        case .unreadable(let path, let reason): "\(path) cannot be opened: \(reason)."
        }
    }
}

extension OpenError.Damage: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missingEvent(let position): "the event at position \(position) is missing"
        case .wrongLeafHash(let position): "the event at position \(position) does not have its recorded hash"
        case .noEvent(let position): "the bytes at position \(position) are no event"
        case .beyondHead(let size, let events): "its head counts \(size) events, but \(events) are there"
        case .missingTile(let level, let index): "tile \(index) of level \(level) is missing"
        case .wrongHead(let size): "its \(size) events do not have the root that its head records"
        case .wrongEstatePositions: "its head does not agree with its estate events"
        case .missingHead: "it has no head"
        case .missingKeyChecks: "it does not say under which keys it was written"
        case .pages(let message): message
        }
    }
}

extension OpenError {
    init(_ error: SQLiteError, path: String) {
        if error.isDamage {
            self = .damaged(path: path, .pages(error.message))
        } else if error.isPermission {
            self = .permissionDenied(path: path)
        } else {
            self = .unreadable(path: path, error.description)
        }
    }

    init(_ fault: StoredTree.Fault, path: String) {
        switch fault {
        case .database(let error): self.init(error, path: path)
        case .missingEvent(let position): self = .damaged(path: path, .missingEvent(position))
        case .missingTile(let level, let index): self = .damaged(path: path, .missingTile(level: level, index: index))
        }
    }
}

extension OpenError {
    init(_ error: StoreError, path: String) {
        switch error {
        case .damaged(let position, _): self = .damaged(path: path, .wrongLeafHash(position.value))
        case .missing(let position): self = .damaged(path: path, .missingEvent(position.value))
        case .unreadable(let reason): self = .damaged(path: path, .pages(reason))
        case .closed: self = .unreadable(path: path, "it was closed")
        }
    }
}

/// Runs what SQLite may refuse, as a step of opening the file.
func opening<Output>(_ path: String, _ body: () throws(SQLiteError) -> Output) throws(OpenError) -> Output {
    do throws(SQLiteError) {
        return try body()
    } catch {
        throw OpenError(error, path: path)
    }
}
