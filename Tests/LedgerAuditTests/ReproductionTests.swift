import AuthorizationCore
import EventLog
import LedgerCrypto
import SyntheticLedgers
import Testing

@testable import LedgerAudit

@Suite struct ReproductionTests {
    private func ledger() throws -> MemoryLedger { try EveryDecision.ledger() }

    @Test func `every grant and every refusal comes out as it is recorded`() throws {
        let every = try EveryDecision.once.get()
        let report = try Reproduction().run(EveryDecision.ledger())
        #expect(report.differentCount == 0, "\(report.different.map { ($0.answer, every.names[$0.decision] ?? "") })")
        #expect(report.decisions == every.names.count && report.identical == every.names.count)
        #expect(report.unknownCount == 0 && report.open == 0 && report.erased == 0)
        // Eleven tokens carry a sealed claim, whose salt is sealed as well.
        #expect(report.sealed == 22)
    }

    @Test func `recognising decisions of one kind gives the answers of making each again in full`() throws {
        let ledger = try ledger()
        var inFull = Reproduction()
        inFull.inFull = true
        let (quick, full) = (try Reproduction().run(ledger), try inFull.run(ledger))
        #expect(quick.isIdentical && full.isIdentical)
        #expect(quick.decisions == full.decisions && quick.sealed == full.sealed)
        #expect(full.recognised == 0 && quick.recognised > quick.decisions / 2)
    }

    @Test func `every refusal that this version can give is among them`() throws {
        var given: Set<Refusal> = []
        for event in try EveryDecision.once.get().events {
            if case .tokens(.refused(let data)) = event.data { given.insert(data.reason) }
        }
        // No acr_values are judged yet.
        #expect(Set(Refusal.allCases).subtracting(given) == [.levelUnreachable])
    }

    @Test func `one decision, a range and everything give the same answers`() throws {
        let every = try EveryDecision.once.get()
        let ledger = try EveryDecision.ledger()
        for id in every.names.keys {
            let report = try Reproduction(.decision(id)).run(ledger)
            let verdict = try #require(report.single)
            #expect(verdict.answer.hasPrefix("identical"), "\(every.names[id] ?? ""): \(verdict.differences)")
        }
        for start in stride(from: 0, to: ledger.rows.count, by: 13) {
            let range = Reproduction.Selection.range(from: .position(Position(Int64(start))), to: nil)
            let report = try Reproduction(range).run(ledger)
            let outcomes = ledger.outcomes.count { $0.1.value >= start }
            #expect(report.decisions == outcomes && report.isIdentical, "\(report.different)")
        }
    }

    @Test func `sealed values that are open are compared, byte for byte`() throws {
        let ledger = try ledger()
        let report = try Reproduction().run(ledger, vaults: SyntheticVaults())
        #expect(report.isIdentical && report.sealed == 0 && report.erased == 0)
        let token = try #require(sealedToken(ledger))
        #expect(try answer(of: token.id, in: ledger) == "identical, 2 values sealed")
        #expect(try answer(of: token.id, in: ledger, vaults: SyntheticVaults()) == "identical")
    }

    @Test func `what was erased is counted, with vaults and without`() throws {
        var events = try EveryDecision.once.get().events
        let token = try #require(sealedToken(MemoryLedger(events)))
        var destroyed = VaultDestroyed()
        destroyed.vault = token.vault
        events.append(
            ProposedEvent(
                actor: .service, correlation: "cmd", blind: Bytes16(), data: .accounts(.vaultDestroyed(destroyed))))
        let ledger = try MemoryLedger(events)
        let report = try Reproduction().run(ledger)
        #expect(report.isIdentical && report.erased == 8 && report.sealed == 14)
        let vaults = SyntheticVaults(destroyed: [token.vault])
        #expect(try answer(of: token.id, in: ledger, vaults: vaults) == "identical, 2 values erased")
        ledger.sealed.removeAll { $0.field == "extra_info_sealed" }
        #expect(try answer(of: token.id, in: ledger, vaults: SyntheticVaults()) == "identical, 1 value erased")
    }

    @Test func `a sealed record that was swapped is a difference where the vault opens`() throws {
        let ledger = try ledger()
        let token = try #require(sealedToken(ledger))
        let index = try #require(ledger.sealed.firstIndex { $0.field == "extra_info_sealed" })
        ledger.sealed[index].bytes[20] ^= 1
        #expect(try answer(of: token.id, in: ledger, vaults: SyntheticVaults()) == "different: extraInfo")
    }

    @Test func `an engine of a newer program is said to be unknown`() throws {
        let ledger = try ledger()
        let last = try #require(ledger.outcomes.last)
        try ledger.rewrite(0) { event in
            guard case .ledger(.created(var data)) = event.data else { return }
            data.engine = 2
            event.data = .ledger(.created(data))
        }
        try ledger.rewrite(Int(last.1.value)) { event in
            guard case .tokens(.refused(var data)) = event.data else { return }
            data.engine = 2
            event.data = .tokens(.refused(data))
        }
        #expect(try answer(of: last.0, in: ledger) == "not reproduced: engine 2 is not known")
        let report = try Reproduction().run(ledger)
        #expect(report.unknownCount == 1 && !report.isIdentical)
    }

    @Test func `a decision that is not there is named`() throws {
        let id = DecisionID(bits: 1)
        #expect(throws: AuditError.noSuchDecision(id)) { try Reproduction(.decision(id)).run(ledger()) }
    }

    @Test func `an event that is damaged, missing or none ends it, and is named`() throws {
        let place = 60
        var ledger = try ledger()
        ledger.rows[place]?.body[30] ^= 1
        #expect(throws: AuditError.self) { try Reproduction().run(ledger) }
        do {
            _ = try Reproduction().run(ledger)
        } catch {
            #expect(error.isDamage && "\(error)".contains("position \(place) is damaged"))
        }
        ledger = try self.ledger()
        ledger.rows[place] = nil
        #expect(throws: AuditError.store(.missing(Position(Int64(place))))) { try Reproduction().run(ledger) }
        ledger = try self.ledger()
        let garbage = Array(#"{"type":"token.issued","v":1}"#.utf8)
        ledger.rows[place] = MemoryLedger.Row(leafHash: SHA256.leafHash(garbage), body: garbage)
        #expect(throws: AuditError.noEvent(Position(Int64(place)))) { try Reproduction().run(ledger) }
    }

    @Test func `an absurd number of attempts ends in a difference, not in a loop`() throws {
        var events = try EveryDecision.once.get().events
        let attempt = try #require(events.first { if case .tokens(.attempted) = $0.data { true } else { false } })
        let index = try #require(
            events.firstIndex { event in
                guard case .tokens(.issued) = event.data else { return false }
                return event.correlation == attempt.correlation
            })
        events.insert(contentsOf: repeatElement(attempt, count: 5_000), at: index - 1)
        let report = try Reproduction().run(MemoryLedger(events))
        #expect(!report.isIdentical && report.different.contains { $0.decision.text == attempt.correlation })
    }

    @Test func `steps that no decision owns are named`() throws {
        var events = try EveryDecision.once.get().events
        let attempt = try #require(events.first { if case .tokens(.attempted) = $0.data { true } else { false } })
        events.append(
            ProposedEvent(
                actor: attempt.actor, correlation: DecisionID(bits: 77).text, blind: Bytes16(), data: attempt.data))
        let report = try Reproduction().run(MemoryLedger(events))
        #expect(report.differentCount == 1 && report.different[0].answer == "different: request")
    }

    @Test func `an index that lies leads nowhere else`() throws {
        let ledger = try ledger()
        let token = try #require(sealedToken(ledger))
        ledger.outcomes = ledger.outcomes.map { ($0.0, 3) }
        #expect(try answer(of: token.id, in: ledger) == "identical, 2 values sealed")
        ledger.outcomes = []
        #expect(try answer(of: token.id, in: ledger) == "identical, 2 values sealed")
    }

    private func answer(
        of id: DecisionID, in ledger: MemoryLedger, vaults: SyntheticVaults? = nil
    ) throws -> String {
        try #require(try Reproduction(.decision(id)).run(ledger, vaults: vaults).single).answer
    }

    private func sealedToken(_ ledger: MemoryLedger) -> (id: DecisionID, vault: VaultID)? {
        for row in ledger.rows {
            guard let row, let event = try? RecordedForm.decode(row.body),
                case .tokens(.issued(let data)) = event.data, let salt = data.signingInput.salt
            else { continue }
            return (data.claims.id, salt.vault)
        }
        return nil
    }
}
