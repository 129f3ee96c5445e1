internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto
internal import Threads

/// Sends the log's checkpoints to the witnesses of a policy, and knows the newest that the quorum cosigned.
///
/// Tokens never wait for it: issuing goes on while witnesses are away (fail-open). A witnessed receipt does (fail-closed).
/// One witness never waits for another, and a witness is believed for its own signature only.
final class Witnessing: Sendable {
    /// How often the newest head is offered to the witnesses.
    static let intervalInSeconds = 10
    /// Requests for one cosignature: a witness that remembers another size is asked once more from there.
    static let maximumRequests = 3

    private let setup: WitnessSetup
    private let context: ServiceContext
    private let releaser: CheckpointReleaser
    private let standings: [Locked<WitnessStanding>]
    private let heads = Locked(CosignedHeads())
    /// Held while a checkpoint is kept, so that an older one never replaces a newer one.
    private let keeping = Locked(Int64(0))
    private let wishes: AsyncStream<Position?>
    private let wish: AsyncStream<Position?>.Continuation

    /// Throws ``WitnessSetupError`` for a policy that cannot work, and when witnesses cosigned what the ledger is not.
    init(_ setup: WitnessSetup, _ context: ServiceContext, _ releaser: CheckpointReleaser) async throws {
        self.setup = setup
        self.context = context
        self.releaser = releaser
        (wishes, wish) = AsyncStream<Position?>.makeStream(bufferingPolicy: .bufferingNewest(4))
        let policy = setup.policy
        let state = context.store.state
        guard let name = EventLog.KeyName(state.estate.ledger.origin) else {
            throw WitnessSetupError.otherLog(expected: state.estate.ledger.origin)
        }
        let own = VerifierKey(name: name, algorithm: .ed25519, publicKey: context.keys.checkpointKey.publicKey)
        guard policy.accepts(log: own) else { throw WitnessSetupError.otherLog(expected: own.text) }
        if let witness = policy.witnesses.first(where: { $0.key.publicKey == own.publicKey }) {
            throw WitnessSetupError.logKeyCosigns(name: witness.name)
        }
        standings = try policy.witnesses.map { Locked(try WitnessStanding($0)) }
        guard policy.isMet(by: policy.witnesses.filter { $0.url != nil }.map(\.key)) else {
            throw WitnessSetupError.quorumOutOfReach
        }
        guard let kept = try Self.kept(setup, own) else { return }
        try await check(kept, against: state.head)
        heads.withLock { $0.publish(kept, at: context.clock()) }
    }

    /// Sends checkpoints until it is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            var queues: [AsyncStream<ReleasedHead>.Continuation] = []
            for number in standings.indices where standings[number].withLock({ $0.url != nil }) {
                let (stream, queue) = AsyncStream<ReleasedHead>.makeStream(bufferingPolicy: .bufferingNewest(1))
                queues.append(queue)
                group.addTask { for await head in stream { await self.submit(head, to: number) } }
            }
            let offered = queues
            group.addTask {
                for await position in self.wishes { await self.offer(covering: position, to: offered) }
                for queue in offered { queue.finish() }
            }
            group.addTask {
                while !Task.isCancelled {
                    self.wish.yield(nil)
                    try? await Task.sleep(for: .seconds(Self.intervalInSeconds))
                }
            }
        }
    }

    /// Has a checkpoint that covers the position sent now rather than at the next interval.
    func hurry(for position: Position) { wish.yield(position) }

    /// The newest checkpoint that the quorum cosigned, if it covers the position.
    func cosigned(covering position: Position) -> ReleasedHead? {
        heads.withLock { $0.newest }.flatMap { $0.covers(position) ? $0 : nil }
    }

    /// What everybody is shown: see ``CosignedHeads/shown(_:at:)``.
    func shownNote() async throws(ReleaseError) -> [UInt8] {
        let released = try await releaser.release()
        let now = context.clock()
        return heads.withLock { $0.shown(released, at: now) }.note.bytes
    }

    // MARK: Asking

    private func offer(covering position: Position?, to queues: [AsyncStream<ReleasedHead>.Continuation]) async {
        let head: ReleasedHead
        do throws(ReleaseError) { head = try await releaser.release(covering: position) } catch { return }
        // A quorum may need nobody.
        take(nil, of: nil, for: head)
        for queue in queues { queue.yield(head) }
    }

    private func submit(_ head: ReleasedHead, to number: Int) async {
        let now = context.clock()
        let (isDue, url) = standings[number].withLock { ($0.isDue(head.size, at: now), $0.url) }
        guard isDue, let url else { return }
        for _ in 0..<Self.maximumRequests {
            let oldSize = standings[number].withLock { $0.knownSize }
            guard oldSize <= UInt64(head.size) else { return ahead(number, oldSize, head) }
            let proof: [SHA256Digest]
            do throws(StoreError) { proof = try await self.proof(from: oldSize, to: head) } catch { return }
            let body = CheckpointSubmission(oldSize: oldSize, proof: proof, checkpoint: head.note).bytes
            switch await setup.post(url, body) {
            case .answered(status: 200, _, let body):
                let key = standings[number].withLock { $0.witness.key }
                guard let signature = head.note.cosignature(of: key, in: body) else {
                    return failed(number, "its answer holds no valid cosignature of its key")
                }
                succeeded(number, head)
                return take(signature, of: key, for: head)
            case .answered(status: 409, _, let body):
                guard let size = ConflictingSize.size(in: body) else {
                    return failed(number, "it answered 409 without a size")
                }
                // The same size again: it has this size with another root, and asking again changes nothing.
                guard size != oldSize else { return failed(number, "it knows another log of \(size) events") }
                standings[number].withLock { $0.knownSize = size }
            case .answered(let status, _, _): return failed(number, "it answered \(status)")
            case .failed(let reason): return failed(number, reason)
            }
        }
        failed(number, "it names another size each time")
    }

    private func proof(from oldSize: UInt64, to head: ReleasedHead) async throws(StoreError) -> [SHA256Digest] {
        let roots = releaser.roots
        return try await context.store.read { (reader) throws(StoreError) in
            let tree = StoredTiles(reader: reader, roots: roots).tree(ofSize: head.size)
            do throws(ProofError) {
                return try ConsistencyProof(oldSize: oldSize, newSize: tree.size, from: tree).hashes
            } catch {
                throw .unreadable("\(error)")
            }
        }
    }

    // MARK: What came of it

    private func take(_ signature: NoteSignature?, of key: VerifierKey?, for head: ReleasedHead) {
        guard let cosigned = heads.withLock({ $0.add(signature, of: key, to: head, setup.policy) }) else { return }
        keeping.withLock { keptSize in
            guard cosigned.size >= keptSize else { return }
            do {
                try setup.file.write(cosigned.note.bytes)
            } catch {
                // Published is only what is kept: receipts must not be ahead of a restart.
                return setup.say("A cosigned checkpoint could not be kept: \(error).")
            }
            keptSize = cosigned.size
            heads.withLock { $0.publish(cosigned, at: context.clock()) }
        }
    }

    private func succeeded(_ number: Int, _ head: ReleasedHead) {
        let (name, hadFailed) = standings[number].withLock { standing in
            defer { standing.succeeded(at: head.size) }
            return (standing.witness.name, standing.failuresInARow > 0)
        }
        if hadFailed { setup.say("Witness '\(name)' cosigns again.") }
    }

    private func failed(_ number: Int, _ reason: String) {
        let now = context.clock()
        let (name, isFirst) = standings[number].withLock { ($0.witness.name, $0.failed(at: now)) }
        if isFirst { setup.say("Witness '\(name)' did not cosign: \(reason). It is asked again, less and less often.") }
    }

    /// Nobody signed that, so it stops nothing; but an honest witness says it only of a log that was rolled back, or that
    /// a second service appends to.
    private func ahead(_ number: Int, _ size: UInt64, _ head: ReleasedHead) {
        let now = context.clock()
        let (name, isNew) = standings[number].withLock { standing in
            let isNew = standing.sizeAhead == nil
            standing.sizeAhead = size
            // Its word may be wrong: it is asked from the start again.
            standing.knownSize = 0
            _ = standing.failed(at: now)
            return (standing.witness.name, isNew)
        }
        guard isNew else { return }
        setup.say(
            "ALARM: witness '\(name)' says that it cosigned \(size) events of this log, which has \(head.size): the ledger "
                + "was rolled back, or another service appends to a copy of it.")
    }

    var metrics: [Metric] {
        let newest = heads.withLock { ($0.newest?.size ?? 0, $0.newestAt) }
        return Metric.list(of: standings.map { $0.withLock { $0 } }, quorumSize: newest.0, at: newest.1)
    }

    // MARK: The start

    private static func kept(_ setup: WitnessSetup, _ own: VerifierKey) throws -> ReleasedHead? {
        let bytes: [UInt8]?
        do { bytes = try setup.file.read() } catch { throw WitnessSetupError.fileUnreadable("\(error)") }
        guard let bytes else { return nil }
        let verified: VerifiedCheckpoint
        do throws(NoteError) {
            verified = try VerifiedCheckpoint(
                SignedNote(parsing: bytes), origin: own.name.text, logKeys: [own],
                cosigners: setup.policy.witnesses.map(\.key))
        } catch {
            throw WitnessSetupError.fileUnreadable("it is not one of this log (\(error)); move it away to begin anew")
        }
        guard let size = Int64(exactly: verified.checkpoint.size) else { return nil }
        // Another policy than before: what the old one was content with does not count.
        guard setup.policy.isMet(by: verified.cosignatures.map(\.key)) else { return nil }
        return ReleasedHead(size: size, root: verified.checkpoint.root, note: verified.note)
    }

    private func check(_ kept: ReleasedHead, against head: Head) async throws {
        guard kept.size <= head.size else { throw WitnessSetupError.contradicts(size: kept.size, has: head.size) }
        let roots = releaser.roots
        let root: SHA256Digest
        do throws(StoreError) {
            root = try await context.store.read { (reader) throws(StoreError) in
                let tree = StoredTiles(reader: reader, roots: roots).tree(ofSize: kept.size)
                do throws(ProofError) {
                    return try RightEdge(size: tree.size, from: tree).root
                } catch {
                    throw .unreadable("\(error)")
                }
            }
        } catch {
            throw WitnessSetupError.ledgerUnreadable("\(error)")
        }
        guard root == kept.root else { throw WitnessSetupError.contradicts(size: kept.size, has: head.size) }
    }
}
