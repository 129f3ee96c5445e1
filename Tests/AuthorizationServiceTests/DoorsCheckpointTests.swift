import AuthorizationCore
import AuthorizationService
import EventLog
import HTTPMessages
import LedgerCrypto
import Testing
import Threads

@Suite struct DoorsCheckpointTests {
    let service: DoorsService
    let store: DoorsStore

    init() throws {
        service = try DoorsService()
        store = service.store
    }

    /// The note, byte by byte from C2SP signed-note and tlog-checkpoint.
    func expectedNote() throws -> String {
        let leaves = store.content.withLock { $0.leafHashes }
        let text = "\(DoorsService.origin)\n\(leaves.count)\n\(Base64.encode(NaiveTree.root(leaves[...]).bytes))\n"
        let key = service.keys.checkpointKey
        let id = SHA256.hash(Array(DoorsService.origin.utf8) + [0x0a, 0x01] + key.publicKey.rawBytes).bytes.prefix(4)
        let signature = try key.sign(Array(text.utf8))
        return "\(text)\n\u{2014} \(DoorsService.origin) \(Base64.encode(id + signature))\n"
    }

    func checkpoint() async throws -> HTTPResponse { try await service.ledger("/ledger/checkpoint") }

    func size(_ response: HTTPResponse) throws -> Int64 {
        let lines = String(decoding: response.body, as: UTF8.self).split(separator: "\n")
        return try #require(Int64(lines[1]))
    }

    @Test(arguments: [1, 2, 3, 255, 256, 257])
    func `the checkpoint is the signed head, byte for byte`(_ count: Int) async throws {
        store.addLeaves(count - 1)
        let answer = try await checkpoint()
        #expect(answer.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self) == (try expectedNote()))
        #expect(answer.fields.first("Content-Type") == "text/plain; charset=utf-8")
        #expect(answer.fields.first("Cache-Control") == "public, max-age=1")
        let verified = try VerifiedCheckpoint(
            SignedNote(parsing: answer.body), origin: DoorsService.origin,
            logKeys: [DoorsService.verifierKey(service.keys)])
        #expect(verified.checkpoint.size == UInt64(count))
    }

    @Test func `a checkpoint is kept before anybody gets it`() async throws {
        let (reached, reachedEnd) = AsyncStream<Void>.makeStream()
        let (opened, open) = AsyncStream<Void>.makeStream()
        store.content.withLock {
            $0.beforeKeeping = {
                reachedEnd.yield()
                for await _ in opened { break }
            }
        }
        let isAnswered = Locked(false)
        let asking = Task {
            let answer = try await checkpoint()
            isAnswered.withLock { $0 = true }
            return answer
        }
        for await _ in reached { break }
        for _ in 0..<100 { await Task.yield() }
        #expect(isAnswered.withLock { $0 } == false)
        #expect(store.content.withLock { $0.kept.isEmpty })
        open.yield()
        let answer = try await asking.value
        #expect(store.content.withLock { $0.kept } == [ReleasedCheckpoint(size: 1, note: answer.body)])
    }

    @Test func `a checkpoint that was not kept is not shown`() async throws {
        store.content.withLock { $0.keepFailure = .full }
        let answer = try await checkpoint()
        #expect(answer.status == 503)
        #expect(!String(decoding: answer.body, as: UTF8.self).contains("\u{2014}"))
        await #expect(throws: ReleaseError.self) { try await service.ledger.receipt(at: 0) }
        store.content.withLock { $0.keepFailure = nil }
        #expect(try await checkpoint().status == 200)
    }

    @Test func `an unchanged log is signed once`() async throws {
        let first = try await checkpoint()
        service.pass(milliseconds: 60_000)
        #expect(try await checkpoint().body == first.body)
        await service.releaser.releaseIfMoved()
        _ = try await service.ledger.receipt(at: 0)
        #expect(store.content.withLock { $0.kept.count } == 1)
    }

    @Test func `a new checkpoint comes at most once a second, unless a receipt needs it`() async throws {
        #expect(try size(try await checkpoint()) == 1)
        store.addLeaves(1)
        service.pass(milliseconds: 999)
        #expect(try size(try await checkpoint()) == 1)
        service.pass(milliseconds: 1)
        #expect(try size(try await checkpoint()) == 2)
        let position = try service.issueToken(to: AppID(bits: 1))
        _ = try await service.ledger.receipt(at: position)
        #expect(try size(try await checkpoint()) == 3)
        // A clock that was set back does not stop it.
        store.addLeaves(1)
        service.pass(milliseconds: -10_000)
        #expect(try size(try await checkpoint()) == 4)
    }

    @Test func `the timer signs what moved`() async throws {
        await service.releaser.releaseIfMoved()
        store.addLeaves(4)
        await service.releaser.releaseIfMoved()
        #expect(store.content.withLock { $0.kept.map(\.size) } == [1, 5])
    }

    @Test func `nothing is signed while the store is stopped`() async throws {
        store.content.withLock { $0.health = .stopped("the disk") }
        #expect(try await checkpoint().status == 503)
        await service.releaser.releaseIfMoved()
        #expect(store.content.withLock { $0.kept.isEmpty })
        store.content.withLock { $0.health = .writable }
        let released = try await checkpoint()
        store.addLeaves(1)
        service.pass(milliseconds: 60_000)
        store.content.withLock { $0.health = .stopped("the disk") }
        #expect(try await checkpoint().body == released.body)
        await #expect(throws: ReleaseError.self) { try await service.ledger.receipt(at: 1) }
        #expect(store.content.withLock { $0.kept.count } == 1)
    }

    @Test func `what was released before the start binds after it`() async throws {
        store.addLeaves(299)
        let before = try await checkpoint()
        let restarted = try DoorsService(store, keys: service.keys)
        #expect(try await restarted.ledger("/ledger/checkpoint").body == before.body)
        #expect(store.content.withLock { $0.kept.count } == 1)
        store.addLeaves(300)
        restarted.pass(milliseconds: 2_000)
        #expect(try size(try await restarted.ledger("/ledger/checkpoint")) == 600)
    }

    enum Fork: CaseIterable {
        case shorter, otherRootAtSameSize, otherHistory, falseHead, unsignedKept, foreignKey
    }

    @Test(arguments: Fork.allCases)
    func `a log that contradicts what it signed signs nothing any more`(_ fork: Fork) async throws {
        store.addLeaves(299)
        _ = try await checkpoint()
        let kept = store.content.withLock { $0.kept }
        let other = try DoorsService(nil, keys: fork == .foreignKey ? DoorsKeys() : service.keys)
        switch fork {
        case .shorter: other.store.addLeaves(298)
        case .otherRootAtSameSize: other.store.addLeaves(299, seed: "other")
        case .otherHistory: other.store.addLeaves(1_000, seed: "other")
        case .falseHead:
            other.store.addLeaves(1_000)
            other.store.content.withLock { $0.falseRoot = SHA256.hash([1]) }
        case .unsignedKept, .foreignKey: other.store.addLeaves(299)
        }
        other.store.content.withLock { content in
            content.kept = kept
            if fork == .unsignedKept { content.kept[0].note[30] ^= 1 }
        }
        for _ in 0..<2 {
            let answer = try await other.ledger("/ledger/checkpoint")
            #expect(answer.status == 503)
            #expect(String(decoding: answer.body, as: UTF8.self).contains("checkpoint_refused"))
        }
        #expect(other.releaser.refusal != nil)
        await #expect(throws: ReleaseError.self) { try await other.ledger.receipt(at: 0) }
        // For good: growing past what was signed changes nothing.
        other.store.content.withLock { $0.falseRoot = nil }
        other.store.addLeaves(10_000)
        await other.releaser.releaseIfMoved()
        #expect(try await other.ledger("/ledger/checkpoint").status == 503)
        #expect(other.store.content.withLock { $0.kept.count } == 1)
    }

    @Test func `a first checkpoint is signed only over hashes that lead to it`() async throws {
        store.addLeaves(9)
        store.content.withLock { $0.falseRoot = SHA256.hash([1]) }
        #expect(try await checkpoint().status == 503)
        #expect(service.releaser.refusal != nil)
    }

    @Test func `a log that changes under the running service is found out`() async throws {
        store.addLeaves(299)
        _ = try await checkpoint()
        let other = try DoorsService(nil, keys: service.keys)
        other.store.addLeaves(400, seed: "other")
        let changed = other.store.content.withLock { $0 }
        store.content.withLock { content in
            let kept = content.kept
            content = changed
            content.kept = kept
        }
        service.pass(milliseconds: 2_000)
        #expect(try await checkpoint().status == 503)
        #expect(store.content.withLock { $0.kept.count } == 1)
    }

    @Test func `a store that cannot be read is no contradiction`() async throws {
        store.content.withLock { $0.readFailure = .unreadable("the disk") }
        #expect(try await checkpoint().status == 503)
        store.content.withLock { $0.readFailure = nil }
        #expect(try await checkpoint().status == 200)
    }

    @Test func `checkpoints of an earlier origin bind nobody`() async throws {
        store.addLeaves(299)
        _ = try await checkpoint()
        let foreign = try Checkpoint(origin: "ledger.example/earlier", size: 5_000, root: SHA256.hash([1]))
            .signed(by: NoteSigner(name: #require(NoteKeyName("ledger.example/earlier")), privateKey: .generate()))
        store.content.withLock { $0.kept.append(ReleasedCheckpoint(size: 5_000, note: foreign.bytes)) }
        let restarted = try DoorsService(store, keys: service.keys)
        #expect(try size(try await restarted.ledger("/ledger/checkpoint")) == 300)
        #expect(store.content.withLock { $0.kept.map(\.size) } == [300, 5_000])
    }

    @Test func `many who ask while the log grows never see two roots of one size`() async throws {
        let notes = Locked<Set<[UInt8]>>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    if number % 4 == 0 { service.pass(milliseconds: 500) }
                    if number % 3 == 0 {
                        let position = try service.issueToken(to: AppID(bits: 1))
                        _ = try await service.ledger.receipt(at: position)
                    }
                    let note = try await service.releaser.newestNote()
                    notes.withLock { _ = $0.insert(note) }
                }
            }
            try await group.waitForAll()
        }
        let leaves = store.content.withLock { $0.leafHashes }
        let checkpoints = try notes.withLock { $0 }.map { try Checkpoint(parsing: SignedNote(parsing: $0).text) }
        #expect(Set(checkpoints.map(\.size)).count == checkpoints.count)
        for checkpoint in checkpoints {
            #expect(checkpoint.root == NaiveTree.root(leaves.prefix(Int(checkpoint.size))))
        }
        let kept = store.content.withLock { $0.kept }
        #expect(Set(kept.map(\.size)).count == kept.count)
        #expect(notes.withLock { $0 }.isSubset(of: Set(kept.map(\.note))))
    }

    @Test(arguments: [("POST", 405), ("PUT", 405), ("DELETE", 405), ("get", 405), ("HEAD", 200), ("GET", 200)])
    func `a checkpoint is only read`(_ method: String, _ status: Int) async throws {
        let answer = try await service.ledger("/ledger/checkpoint", method: method)
        #expect(answer.status == status)
        #expect(answer.fields.first("Allow") == (status == 405 ? "GET, HEAD" : nil))
    }
}
