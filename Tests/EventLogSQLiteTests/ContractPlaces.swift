import AuthorizationCore
import EventLog
import LedgerCrypto
import Testing

extension EventStoreContract {
    /// Places, times and the tree.
    static let places: [ContractRule] = [
        ContractRule("places are dense under 64 concurrent proposers") { factory in
            let store = try await factory.make()
            let first = store.state.head.size
            let commits = try await withThrowingTaskGroup(of: [Commit].self) { group in
                for _ in 0..<64 {
                    group.addTask {
                        var commits: [Commit] = []
                        for _ in 0..<8 { commits.append(try await store.propose(Sample.read(), Sample.read(2))) }
                        return commits
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let places = commits.flatMap { [$0.first.value, $0.first.value + 1] }.sorted()
            #expect(places == Array(first..<first + 1_024))
            #expect(store.state.head.size == first + 1_024)
            await store.stop()
        },
        ContractRule("whoever got an answer reads what he wrote") { factory in
            let store = try await factory.make()
            let commit = try await store.propose(Sample.environment("sandbox"), Sample.read())
            let name = try #require(EnvironmentName(text: "sandbox"))
            #expect(store.state.estate.environments[name]?.createdAt == commit.first)
            #expect(store.state.head.size == commit.first.value + 2)
            // No event of the estate stands between the two.
            #expect(store.state.estate.size <= store.state.consulted)
            let stored = try await store.read { (reader) throws(StoreError) in try reader.event(at: commit.first) }
            let event = try #require(stored)
            #expect(event.leafHash == commit.leafHashes[0])
            #expect(SHA256.leafHash(event.body) == event.leafHash)
            let decoded = try RecordedForm.decode(event.body)
            #expect(decoded.position == commit.first)
            #expect(decoded.recordedAt == commit.recordedAt)
            await store.stop()
        },
        ContractRule("references into the same append become places") { factory in
            let store = try await factory.make()
            let decision = DecisionID(bits: 77)
            let commit = try await store.propose(Sample.read(), Sample.refused(decision, attempts: [.inThisAppend(0)]))
            let bodies = try await store.bodies()
            let decoded = try RecordedForm.decode(bodies[Int(commit.first.value) + 1])
            guard case .tokens(.refused(let refused)) = decoded.data else {
                _ = Issue.record("not refused")
                return
            }
            #expect(refused.attempts == [.position(commit.first)])
            await store.stop()
        },
        ContractRule("times never run backwards when the clock does") { factory in
            let clock = TestClock()
            let store = try await factory.make(clock: clock)
            let first = try await store.propose(Sample.read())
            clock.advance(seconds: -3_600)
            let second = try await store.propose(Sample.read())
            #expect(second.recordedAt == first.recordedAt)
            clock.advance(seconds: 7_200)
            let third = try await store.propose(Sample.read())
            #expect(third.recordedAt == first.recordedAt.advanced(bySeconds: 3_600))
            clock.advance(seconds: -7_200)
            await store.stop()
            let reopened = try await factory.reopen(store, clock: clock)
            #expect(reopened.state.recordedAt == third.recordedAt)
            #expect(try await reopened.propose(Sample.read()).recordedAt == third.recordedAt)
            await reopened.stop()
        },
        ContractRule("the head's root and the tiles are those of the leaf hashes") { factory in
            let store = try await factory.make()
            for _ in 0..<3 {
                _ = try await store.append(
                    Proposal(events: (0..<200).map { Sample.read($0) }, consulted: store.state.consulted))
            }
            let size = store.state.head.size
            let (hashes, tiles, missing) = try await store.read { (reader) throws(StoreError) in
                (
                    try reader.leafHashes(0..<size),
                    try [0, 1].map { (index) throws(StoreError) in try reader.tile(level: 0, index: index) },
                    try reader.tile(level: 0, index: 2)
                )
            }
            var edge = RightEdge()
            for hash in hashes { edge.append(hash) }
            #expect(hashes.count == 602)
            #expect(edge.root == store.state.head.root)
            #expect(tiles == [Array(hashes[0..<256]), Array(hashes[256..<512])])
            #expect(missing == nil)
            await store.stop()
        },
        ContractRule("a log that is opened again is the same and goes on") { factory in
            let store = try await factory.make()
            let events = (0..<300).map { Sample.read($0) }
            _ = try await store.append(Proposal(events: events, consulted: store.state.consulted))
            try await store.propose(Sample.environment("sandbox"))
            let (state, bodies) = (store.state, try await store.bodies())
            await store.stop()
            let reopened = try await factory.reopen(store, clock: TestClock())
            #expect(reopened.state.head == state.head)
            #expect(reopened.state.estate == state.estate)
            #expect(try await reopened.bodies() == bodies)
            let commit = try await reopened.propose(Sample.read())
            #expect(commit.first.value == state.head.size)
            var edge = RightEdge()
            for hash in try await reopened.read({ (reader) throws(StoreError) in
                try reader.leafHashes(0..<reader.head().size)
            }) { edge.append(hash) }
            #expect(edge.root == reopened.state.head.root)
            await reopened.stop()
        },
    ]
}
