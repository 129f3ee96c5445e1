import AuthorizationCore
import EventLog
import LedgerCrypto
import Testing

extension EventStoreContract {
    /// What is remembered with an append.
    static let memory: [ContractRule] = [
        ContractRule("a request is answered once, and its answer is remembered") { factory in
            let store = try await factory.make()
            let key = RememberedRequest.Key(key: Bytes32(first: 1), request: Bytes32(first: 2))
            let commit = try await store.propose(Sample.read(), idempotency: key)
            func check(_ store: any EventStore) async throws {
                await expectMoved(.idempotency(key.key)) { () throws(AppendError) in
                    try await store.propose(Sample.read(), idempotency: key)
                }
                let (known, unknown) = try await store.read { (reader) throws(StoreError) in
                    (try reader.remembered(key.key), try reader.remembered(Bytes32(first: 3)))
                }
                #expect(known == RememberedRequest(request: key.request, position: commit.first))
                #expect(unknown == nil)
            }
            try await check(store)
            await store.stop()
            let reopened = try await factory.reopen(store, clock: TestClock())
            try await check(reopened)
            await reopened.stop()
        },
        ContractRule("a proof is remembered for 70 seconds, an assertion for five minutes") { factory in
            let clock = TestClock()
            let store = try await factory.make(clock: clock)
            let proof = FenceName.proof(Bytes32(first: 1))
            let assertion = FenceName.assertion(Bytes32(first: 2))
            try await store.propose(Sample.read(), unused: [proof, assertion])
            clock.advance(seconds: 70)
            await expectMoved(proof) { () throws(AppendError) in
                try await store.propose(Sample.read(), unused: [proof])
            }
            clock.advance(seconds: 1)
            try await store.propose(Sample.read(), unused: [proof])
            clock.advance(seconds: 229)
            await expectMoved(assertion) { () throws(AppendError) in
                try await store.propose(Sample.read(), unused: [assertion])
            }
            clock.advance(seconds: 1)
            try await store.propose(Sample.read(), unused: [assertion])
            await store.stop()
        },
        ContractRule("released checkpoints are kept, ascending") { factory in
            let store = try await factory.make()
            for size in [Int64(1), 2, 5] { try await store.keep(Sample.checkpoint(size)) }
            await store.stop()
            let reopened = try await factory.reopen(store, clock: TestClock())
            let (all, newest) = try await reopened.read { (reader) throws(StoreError) in
                (try reader.checkpoints(), try reader.newestCheckpoint())
            }
            #expect(all == [1, 2, 5].map { Sample.checkpoint($0) })
            #expect(newest == Sample.checkpoint(5))
            await reopened.stop()
        },
    ]

    /// What readers find.
    static let reading: [ContractRule] = [
        ContractRule("a scan gives every event of its range in order, while it is wanted") { factory in
            let store = try await factory.make()
            for count in 0..<20 { try await store.propose(Sample.read(Int64(count))) }
            let size = store.state.head.size
            let (some, stopped, beyond) = try await store.read { (reader) throws(StoreError) in
                var found: [[Int64]] = []
                for range in [3..<7, 0..<size, size - 1..<size + 10] {
                    var places: [Int64] = []
                    try reader.scan(range) { (position, body, leafHash) in
                        #expect(SHA256.leafHash(body) == leafHash)
                        places.append(position.value)
                        return places.count < 10
                    }
                    found.append(places)
                }
                return (found[0], found[1], found[2])
            }
            #expect(some == [3, 4, 5, 6])
            #expect(stopped == Array(0..<10))
            #expect(beyond == [size - 1])
            await store.stop()
        },
        ContractRule("estate events, outcomes and sealed records are found") { factory in
            let store = try await factory.make()
            let decision = DecisionID(milliseconds: 3, random: 4)
            let record = SealedRecord(field: "terms", vault: VaultID(bits: 5), bytes: [1, 2, 3])
            let outcome = try await store.propose(Sample.refused(decision))
            let sealed = try await store.propose(
                Sample.event(.audit(.read(AuditRead())), sealed: [record]), Sample.configured)
            let found = try await store.read { (reader) throws(StoreError) in
                (
                    estate: try reader.estatePositions(below: Position(100)),
                    below: try reader.estatePositions(below: Position(1)),
                    outcome: try reader.outcome(of: decision), noOutcome: try reader.outcome(of: DecisionID(bits: 1)),
                    record: try reader.sealedRecord(at: sealed.first, field: "terms"),
                    noRecord: try reader.sealedRecord(at: sealed.first, field: "reason"),
                    beyond: try reader.event(at: Position(100))
                )
            }
            #expect(found.estate == [0, 1, sealed.first.advanced(by: 1)])
            #expect(found.below == [0])
            #expect(found.outcome == outcome.first)
            #expect(found.noOutcome == nil)
            #expect(found.record == record.bytes)
            #expect(found.noRecord == nil)
            #expect(found.beyond == nil)
            await store.stop()
        },
    ]
}
