import AuthorizationCore
import EventLog
import Testing

extension EventStoreContract {
    /// What goes, and what forbids it.
    static let erasing: [ContractRule] = [
        ContractRule("records go by vault and range, and by nothing else") { factory in
            let store = try await factory.make()
            let (over, kept) = (VaultID(bits: 5), VaultID(bits: 6))
            func record(_ field: String, in vault: VaultID) -> SealedRecord {
                SealedRecord(field: field, vault: vault, bytes: Array(field.utf8))
            }
            let first = try await store.propose(
                Sample.event(
                    .audit(.read(AuditRead())), sealed: [record("source", in: over), record("user_name", in: kept)]))
            let second = try await store.propose(
                Sample.event(.audit(.read(AuditRead())), sealed: [record("source", in: over)]))
            let bodies = try await store.bodies()
            let head = store.state.head

            #expect(try await store.eraseSealed(of: [over], in: first.first.value..<second.first.value) == 1)
            #expect(try await store.eraseSealed(of: [VaultID(bits: 7)], in: 0..<100) == 0)
            let found = try await store.read { (reader) throws(StoreError) in
                [
                    try reader.sealedRecord(at: first.first, field: "source"),
                    try reader.sealedRecord(at: first.first, field: "user_name"),
                    try reader.sealedRecord(at: second.first, field: "source"),
                ]
            }
            #expect(found == [nil, Array("user_name".utf8), Array("source".utf8)])
            #expect(try await store.eraseSealed(of: [over, kept], in: 0..<100) == 2)
            #expect(try await store.bodies() == bodies && store.state.head == head)
            try await store.propose(Sample.read())
            await store.stop()
        },
        ContractRule("a hold that was placed or lifted moves the fence of holds") { factory in
            let store = try await factory.make()
            let before = store.state.consulted
            try await store.propose(Sample.read(), unchanged: [.holds])
            try await store.propose(Sample.event(.accounts(.holdPlaced(HoldPlaced()))))
            await expectMoved(.holds) { () throws(AppendError) in
                try await store.propose(Sample.read(), unchanged: [.holds], consulted: before)
            }
            await store.stop()
            let reopened = try await factory.reopen(store, clock: TestClock())
            await expectMoved(.holds) { () throws(AppendError) in
                try await reopened.propose(Sample.read(), unchanged: [.holds], consulted: before)
            }
            try await reopened.propose(Sample.read(), unchanged: [.holds])
            let placed = reopened.state.consulted
            try await reopened.propose(Sample.event(.accounts(.holdLifted(HoldLifted()))))
            await expectMoved(.holds) { () throws(AppendError) in
                try await reopened.propose(Sample.read(), unchanged: [.holds], consulted: placed)
            }
            await reopened.stop()
        },
    ]
}
