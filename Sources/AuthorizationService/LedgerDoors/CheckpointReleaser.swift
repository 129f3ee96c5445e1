internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto
internal import Threads

/// Signs the log's head when somebody is about to see it, and never two that contradict each other.
///
/// One per service. Every checkpoint is kept durably before it is handed out; each is proved, from the stored hashes,
/// to go on from the one before, across restarts too. A head for which that fails ends releasing for good: a log must
/// not sign what is inconsistent with what it signed (C2SP tlog-checkpoint). Nothing is signed while the store does
/// not take events, because what it holds is unknown then; what was released before is still shown.
public actor CheckpointReleaser {
    /// Without need nothing newer is signed for this long.
    static let intervalInMicroseconds: Int64 = 1_000_000

    private let context: ServiceContext
    nonisolated let roots = FullTileRoots()
    private nonisolated let refusalReason = Locked<String?>(nil)

    /// The newest that was signed in this log, here or before the start, whether or not it is known to be kept.
    private var signed: ReleasedHead?
    /// The newest that is kept, and when it was released here.
    private var released: ReleasedHead?
    private var releasedAt: Timestamp?
    private var knowsKept = false
    private var running: Task<Result<ReleasedHead, ReleaseError>, Never>?

    public init(_ context: ServiceContext) {
        self.context = context
    }

    /// Why nothing is signed any more; nil while nothing contradicts what was signed.
    public nonisolated var refusal: String? { refusalReason.withLock { $0 } }

    /// The newest checkpoint as a signed note. It is at most a second behind the log.
    public func newestNote() async throws(ReleaseError) -> [UInt8] {
        try await release().note.bytes
    }

    /// Signs and keeps the newest head unless it is released already: for a timer and the service's end.
    ///
    /// It says nothing: whoever needs a checkpoint asks for one, and ``refusal`` stands in `/readyz`.
    public func releaseIfMoved() async {
        guard released?.size != context.store.state.head.size else { return }
        _ = await (running ?? start()).value
    }

    /// A checkpoint that covers the position, or any that is at most a second behind the log.
    func release(covering position: Position? = nil) async throws(ReleaseError) -> ReleasedHead {
        // Whoever comes while one is being released takes that one. It may have begun too early to cover the position;
        // the next one has not.
        for _ in 0..<2 {
            let head = context.store.state.head
            if let position, position.value >= head.size { throw .notYetRecorded }
            if let released, isRecent(released, head, for: position) { return released }
            do throws(ReleaseError) {
                let newest = try await (running ?? start()).value.get()
                if position.map({ newest.covers($0) }) ?? true { return newest }
            } catch .stopped(let reason) {
                // What was released before may still be shown.
                guard position == nil, let released else { throw .stopped(reason) }
                return released
            }
        }
        throw .unavailable("the log moved back")
    }

    private func isRecent(_ released: ReleasedHead, _ head: Head, for position: Position?) -> Bool {
        if let position { return released.covers(position) }
        if head.size == released.size { return head.root == released.root }
        guard let releasedAt else { return false }
        let age = context.clock().microseconds - releasedAt.microseconds
        return (0..<Self.intervalInMicroseconds).contains(age)
    }

    private func start() -> Task<Result<ReleasedHead, ReleaseError>, Never> {
        let task = Task {
            // Here and not where the task is awaited: a waiter that came back first would find it still running.
            defer { running = nil }
            do throws(ReleaseError) {
                return Result<ReleasedHead, ReleaseError>.success(try await releaseNewest())
            } catch {
                return .failure(error)
            }
        }
        running = task
        return task
    }

    private func releaseNewest() async throws(ReleaseError) -> ReleasedHead {
        if let refusal { throw .inconsistent(refusal) }
        let state = context.store.state
        if !knowsKept { signed = try await kept(under: state.estate.ledger.origin) }
        let head = state.head
        guard head.size > 0 else { throw .notYetRecorded }
        try await prove(head)
        if !knowsKept {
            released = signed
            knowsKept = true
        }
        if let released, released.size == head.size { return released }
        if case .stopped(let reason) = context.store.health { throw .stopped(reason) }
        if signed?.size != head.size {
            do throws(NoteError) {
                signed = try ReleasedHead(
                    signing: head, origin: state.estate.ledger.origin, with: context.keys.checkpointKey)
            } catch {
                throw .unavailable("the head could not be signed: \(error)")
            }
        }
        guard let signed else { throw .unavailable("nothing was signed") }
        do throws(AppendError) {
            try await context.store.keep(signed.kept)
        } catch {
            throw .unavailable("the checkpoint was not kept: \(error)")
        }
        released = signed
        releasedAt = context.clock()
        return signed
    }

    /// What this origin released last before the start.
    private func kept(under origin: String) async throws(ReleaseError) -> ReleasedHead? {
        let key = context.keys.checkpointKey.publicKey
        let found: Result<ReleasedHead?, NoteError>
        do throws(StoreError) {
            found = try await context.store.read { (reader) throws(StoreError) in
                try Self.newestKept(in: reader, origin: origin, key: key)
            }
        } catch {
            throw .unavailable("\(error)")
        }
        switch found {
        case .success(let kept): return kept
        case .failure(let error): throw refuse("the newest kept checkpoint is not this log's: \(error)")
        }
    }

    /// Checkpoints of an earlier incarnation have another origin and bind nobody here.
    private static func newestKept(
        in reader: any LedgerReader, origin: String, key: Ed25519PublicKey
    ) throws(StoreError) -> Result<ReleasedHead?, NoteError> {
        guard let newest = try reader.newestCheckpoint() else { return .success(nil) }
        do throws(NoteError) {
            return .success(try ReleasedHead(kept: newest, origin: origin, key: key))
        } catch .wrongOrigin {
            for older in try reader.checkpoints().reversed() {
                do throws(NoteError) {
                    return .success(try ReleasedHead(kept: older, origin: origin, key: key))
                } catch .wrongOrigin {
                    continue
                } catch {
                    return .failure(error)
                }
            }
            return .success(nil)
        } catch {
            return .failure(error)
        }
    }

    /// Returns if the stored hashes lead to this head and, from what was signed last, nowhere else.
    private func prove(_ head: Head) async throws(ReleaseError) {
        guard let signed else { return try await prove(head, after: nil) }
        guard head.size >= signed.size else {
            throw refuse("the log has \(head.size) events, and \(signed.size) were signed")
        }
        if head.size == signed.size, head.root == signed.root { return }
        try await prove(head, after: signed)
    }

    private func prove(_ head: Head, after signed: ReleasedHead?) async throws(ReleaseError) {
        let roots = self.roots
        let fault: ProofError?
        do throws(StoreError) {
            fault = try await context.store.read { (reader) throws(StoreError) in
                let tree = StoredTiles(reader: reader, roots: roots).tree(ofSize: head.size)
                do throws(ProofError) {
                    try Self.check(head, after: signed, in: tree)
                    return nil
                } catch {
                    return error
                }
            }
        } catch {
            throw .unavailable("\(error)")
        }
        switch fault {
        case nil: return
        case .nodeUnavailable(_, let reason): throw .unavailable(reason)
        case .rootMismatch(let old):
            throw refuse(old ? "the stored hashes contradict what was signed" : "the stored hashes contradict the head")
        case .indexOutOfRange, .sizesOutOfOrder, .emptyOldTree, .sizeTooLarge, .wrongLength, .damagedEdge:
            throw refuse("the stored hashes make no proof")
        }
    }

    private static func check(_ head: Head, after signed: ReleasedHead?, in tree: TiledTree) throws(ProofError) {
        guard let signed else {
            guard try RightEdge(size: tree.size, from: tree).root == head.root else { throw .rootMismatch(old: false) }
            return
        }
        let proof = try ConsistencyProof(oldSize: UInt64(signed.size), newSize: tree.size, from: tree)
        try proof.verify(oldRoot: signed.root, newRoot: head.root)
    }

    private func refuse(_ reason: String) -> ReleaseError {
        refusalReason.withLock { $0 = reason }
        released = nil
        return .inconsistent(reason)
    }
}
