internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto

/// What a start checks and finds before anything is served: the right edge and the estate, not the whole history.
struct VerifiedStart {
    var state: LedgerState
    var estatePositions: [FenceName: Int64]
    var tree: StoredTree.Growth
    /// The newest snapshot of the side projection that belongs to this log; nil when there is none.
    var snapshot: (position: Int64, bytes: [UInt8])?
}

/// Reads a ledger file for its start.
///
/// The bodies behind the last full tile, or of that tile when nothing is behind it, are hashed again; from their hashes
/// and the stored tiles the edge and root of the head must follow. The estate is the fold of its events, each hashed
/// again. What lies further back is covered by the tiles, and re-hashed whenever it is read.
struct StartVerification {
    private let connection: SQLiteConnection
    private let path: String
    private let reader: SQLiteLedgerReader
    private let tree: StoredTree

    init(_ connection: SQLiteConnection, path: String) throws(OpenError) {
        self.connection = connection
        self.path = path
        reader = try opening(path) { () throws(SQLiteError) in try SQLiteLedgerReader(connection) }
        tree = try opening(path) { () throws(SQLiteError) in try StoredTree(connection) }
    }

    func run() throws(OpenError) -> VerifiedStart {
        let head = try storedHead()
        try checkEnds(of: head)
        let newest = try rehashRightEdge(of: head.head)
        let growth = try growth(ofSize: head.head.size)
        guard growth.edge.root == head.head.root, growth.edge.serialized == head.edge else {
            throw .damaged(path: path, .wrongHead(size: head.head.size))
        }
        let (estate, positions) = try foldEstate(size: head.head.size)
        guard FenceRegister.bytes(of: positions) == head.estatePositions else {
            throw .damaged(path: path, .wrongEstatePositions)
        }
        let state = LedgerState(head: head.head, estate: estate, recordedAt: newest?.recordedAt ?? Timestamp())
        return VerifiedStart(
            state: state, estatePositions: positions, tree: growth, snapshot: try snapshot(for: state))
    }

    private struct StoredHead {
        var head: Head
        var edge: [UInt8]
        var estatePositions: [UInt8]
    }

    private func storedHead() throws(OpenError) -> StoredHead {
        let found = try opening(path) { () throws(SQLiteError) -> StoredHead? in
            let row = try connection.prepare("SELECT size, root, edge, estate_positions FROM head WHERE id = 1")
            guard try row.step(), let root = SHA256Digest(bytes: row.blob(1)) else { return nil }
            return StoredHead(
                head: Head(size: row.int64(0), root: root), edge: row.bytes(2), estatePositions: row.bytes(3))
        }
        guard let found else { throw .damaged(path: path, .missingHead) }
        do throws(StoreError) {
            try reader.refresh()
        } catch {
            throw OpenError(error, path: path)
        }
        return found
    }

    /// The first and last place must be what the size says; a gap between them is found when it is read.
    private func checkEnds(of head: StoredHead) throws(OpenError) {
        let size = head.head.size
        let last = try opening(path) { () throws(SQLiteError) in
            try connection.integer("SELECT max(position) FROM event")
        }
        let isAny = try opening(path) { () throws(SQLiteError) in
            try connection.integer("SELECT EXISTS (SELECT 1 FROM event)") == 1
        }
        let events = isAny ? last + 1 : 0
        guard events <= size else { throw .damaged(path: path, .beyondHead(size: size, events: events)) }
        guard events == size else { throw .damaged(path: path, .missingEvent(events)) }
        let first = try opening(path) { () throws(SQLiteError) in
            try connection.integer("SELECT min(position) FROM event")
        }
        guard first == 0 else { throw .damaged(path: path, .missingEvent(0)) }
    }

    /// Hashes the newest bodies again and returns the last event.
    private func rehashRightEdge(of head: Head) throws(OpenError) -> Event? {
        guard head.size > 0 else { return nil }
        let start = (head.size - 1) / Int64(Tile.fullWidth) * Int64(Tile.fullWidth)
        var hashes: [SHA256Digest] = []
        var newest: [UInt8] = []
        do throws(StoreError) {
            try reader.scan(start..<head.size) { (position, body, leafHash) in
                hashes.append(leafHash)
                if position.value == head.size - 1 { newest = [UInt8](body) }
                return true
            }
            if hashes.count == Tile.fullWidth, try reader.tile(level: 0, index: start / Int64(Tile.fullWidth)) != hashes
            {
                throw StoreError.damaged(Position(start), "its tile holds other hashes")
            }
        } catch {
            throw OpenError(error, path: path)
        }
        do throws(RecordedFormError) {
            return try RecordedForm.decode(newest)
        } catch {
            throw .damaged(path: path, .noEvent(head.size - 1))
        }
    }

    private func foldEstate(size: Int64) throws(OpenError) -> (Estate, [FenceName: Int64]) {
        var estate = Estate()
        var positions: [FenceName: Int64] = [:]
        do throws(StoreError) {
            for position in try reader.estatePositions(below: Position(size)) {
                guard let stored = try reader.event(at: position) else { throw StoreError.missing(position) }
                let event: Event
                do throws(RecordedFormError) {
                    event = try RecordedForm.decode(stored.body)
                } catch {
                    throw StoreError.damaged(position, "it is no event")
                }
                estate.fold(event)
                for fence in event.data.touchedFences where fence.isOfEstate { positions[fence] = position.value }
            }
        } catch {
            throw OpenError(error, path: path)
        }
        estate.size = Position(size)
        return (estate, positions)
    }

    /// A snapshot counts when the tree of its size has its root, and the rules of folding are the same.
    private func snapshot(for state: LedgerState) throws(OpenError) -> (position: Int64, bytes: [UInt8])? {
        let found = try opening(path) {
            () throws(SQLiteError) -> (position: Int64, root: SHA256Digest, bytes: [UInt8])? in
            let row = try connection.prepare(
                """
                SELECT position, root, bytes FROM snapshot WHERE position <= ?1 AND engine = ?2
                ORDER BY position DESC LIMIT 1
                """)
            try row.bind(1, state.head.size)
            try row.bind(2, state.estate.ledger.engine)
            guard try row.step(), let root = SHA256Digest(bytes: row.blob(1)) else { return nil }
            return (row.int64(0), root, row.bytes(2))
        }
        guard let found else { return nil }
        return try growth(ofSize: found.position).edge.root == found.root ? (found.position, found.bytes) : nil
    }

    private func growth(ofSize size: Int64) throws(OpenError) -> StoredTree.Growth {
        do throws(StoredTree.Fault) {
            return try tree.growth(ofSize: size)
        } catch {
            throw OpenError(error, path: path)
        }
    }
}

extension FenceName {
    /// Whether the fence is one of the head's: touched by estate events alone.
    var isOfEstate: Bool {
        switch self {
        case .estate, .environment, .operator: true
        case .family, .refreshToken, .account, .subject, .token, .holds, .proof, .assertion, .idempotency: false
        }
    }
}
