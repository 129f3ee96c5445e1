import AuthorizationCore
import EventLog
import Foundation
import LedgerAudit
import LedgerCrypto
import Testing

@Suite struct VerificationTests {
    private func ledger() throws -> MemoryLedger { try MemoryLedger(Story.told(decisions: 60)) }

    private func verify(
        _ ledger: MemoryLedger, key: VerifierKey? = Story.signer.verifierKey, inUseAt: Timestamp? = nil
    ) throws -> VerificationReport {
        var verification = Verification()
        verification.verifierKey = key
        verification.inUseAt = inUseAt
        return try verification.run(ledger)
    }

    @Test func `a whole ledger is sound, and the report says what was counted`() throws {
        let ledger = try ledger()
        let report = try verify(ledger)
        #expect(report.findings == [])
        #expect(report.eventsRead == report.size && report.size == Int64(ledger.rows.count))
        #expect(report.root == ledger.pinned.root)
        #expect(report.decisions == 60)
        #expect(report.sealedWhole == 15 && report.sealedErased == 30 && report.sealedGone == 0)
        #expect(report.signedSize == Int64(ledger.rows.count / 50 * 50))
        #expect(report.keyIsIndependent)
    }

    @Test func `a ledger beyond several tiles and batches is sound`() throws {
        let ledger = try MemoryLedger(Story.told(decisions: 700), checkpointEvery: 256)
        #expect(ledger.rows.count > 2_048)
        var verification = Verification()
        verification.verifierKey = Story.signer.verifierKey
        #expect(try verification.run(ledger).findings == [])
    }

    @Test func `without a key the report says that the ledger's own is not independent`() throws {
        let report = try verify(ledger(), key: nil)
        #expect(report.isSound && !report.keyIsIndependent)
        #expect(report.verifierKey == Story.signer.verifierKey.text)
        #expect(report.notChecked.contains { $0.contains("not independent") })
    }

    @Test func `an empty ledger is sound`() throws {
        #expect(try verify(MemoryLedger([]), key: nil).isSound)
    }

    // MARK: Evidence

    @Test(arguments: [0, 16, 17, 19])
    func `every changed byte of an event is found at its place`(_ position: Int) throws {
        let ledger = try MemoryLedger(Story.told(decisions: 2), checkpointEvery: 10)
        let whole = try #require(ledger.rows[position])
        for index in whole.body.indices {
            ledger.rows[position]?.body[index] ^= 1
            #expect(try verify(ledger).firstBadPosition == Position(Int64(position)), "body byte \(index)")
            ledger.rows[position] = whole
        }
        for index in 0..<32 {
            var bytes = whole.leafHash.bytes
            bytes[index] ^= 0x80
            ledger.rows[position]?.leafHash = try #require(SHA256Digest(bytes: bytes))
            #expect(try verify(ledger).firstBadPosition == Position(Int64(position)), "hash byte \(index)")
            ledger.rows[position] = whole
        }
        #expect(try verify(ledger).isSound)
    }

    @Test func `every event that was changed is found at its place, wherever it stands`() throws {
        let ledger = try MemoryLedger(Story.told(decisions: 20))
        for position in ledger.rows.indices {
            let whole = try #require(ledger.rows[position])
            ledger.rows[position]?.body[position % whole.body.count] ^= 0x20
            let report = try verify(ledger)
            #expect(report.firstBadPosition == Position(Int64(position)))
            #expect(report.findings.count == 1)
            ledger.rows[position] = whole
        }
    }

    @Test func `an event that was rewritten with its hash is found by the tree`() throws {
        let ledger = try ledger()
        try ledger.rewrite(30) { $0.blind = Bytes16(high: 1, low: 1) }
        let report = try verify(ledger)
        #expect(!report.isSound)
        #expect(report.findings.contains { $0.sentence.contains("root that the head says") })
    }

    @Test(arguments: [
        ("\"outcome\":\"accepted\"", "\"outcome\":\"acceptet\""), ("\"ordinal\":", "\"ordinam\":"),
        ("\"identity\":\"idn_", "\"identity\":\"idm_"), ("\"kind\":\"service\"", "\"kind\":\"servicf\""),
        ("\"started_at\":\"1970-01", "\"started_at\":\"1970-13"), ("\"via\":[\"api_0", "\"via\":[\"api_8"),
    ])
    func `an event with a value that its field cannot hold is none, in whatever row of its like it stands`(
        _ value: String, _ other: String
    ) throws {
        let ledger = try MemoryLedger(Story.told(decisions: 60), checkpointEvery: 10_000)
        let places = ledger.rows.indices.filter { place in
            String(decoding: ledger.rows[place]?.body ?? [], as: UTF8.self).contains(value)
        }
        let place = try #require(places.dropFirst(places.count / 2).first)
        let body = String(decoding: try #require(ledger.rows[place]).body, as: UTF8.self)
        let parts = body.components(separatedBy: value)
        let changed = Array((parts[0] + other + parts.dropFirst().joined(separator: value)).utf8)
        ledger.rows[place] = .init(leafHash: SHA256.leafHash(changed), body: changed)
        ledger.rebuildTree()
        let report = try verify(ledger)
        #expect(report.firstBadPosition == Position(Int64(place)))
        #expect(report.findings.first?.sentence.contains("data are not those of validation.attempted") == true)
    }

    @Test func `an event that was rewritten with its hash is named where a full tile covers it`() throws {
        let ledger = try MemoryLedger(Story.told(decisions: 120), checkpointEvery: 1_000)
        try ledger.rewrite(200) { $0.blind = Bytes16(high: 1, low: 1) }
        #expect(try verify(ledger, key: nil).firstBadPosition == 200)
    }

    @Test func `a ledger that was rewritten with its whole tree is found by the checkpoints`() throws {
        let ledger = try ledger()
        try ledger.rewrite(60) { $0.blind = Bytes16(high: 1, low: 1) }
        ledger.rebuildTree()
        let report = try verify(ledger)
        #expect(report.signedSize == 50)
        let sentence = try #require(report.findings.first?.sentence)
        #expect(sentence.contains("size 100") && sentence.contains("covers the first 50 events"))
    }

    @Test func `a ledger that was rewritten and signed again is found by a key from outside, and by no other`() throws {
        let thief = Story.signer(seed: 9)
        let ledger = try ledger()
        try ledger.rewrite(0) { event in
            guard case .ledger(.created(var data)) = event.data else { return }
            data.verifierKey = thief.verifierKey.text
            event.data = .ledger(.created(data))
        }
        ledger.rebuildTree()
        for size in ledger.kept.map(\.size) { try ledger.keepCheckpoint(size: Int(size), signer: thief) }
        ledger.storedSnapshots = []
        #expect(try verify(ledger, key: nil).isSound)
        let report = try verify(ledger)
        #expect(report.findings.contains { $0.sentence.contains("none of this ledger's") })
    }

    @Test func `two events that changed places are found`() throws {
        let ledger = try ledger()
        ledger.rows.swapAt(40, 41)
        let report = try verify(ledger)
        #expect(report.firstBadPosition == 40)
        #expect(report.findings.first?.sentence == "The event says that it stands at 41.")
        #expect(report.findings.allSatisfy { $0.severity == .damage })
    }

    @Test func `an event that is gone is found, and so is one at the end`() throws {
        let ledger = try ledger()
        let whole = ledger.rows
        ledger.rows[70] = nil
        #expect(try verify(ledger).firstBadPosition == 70)
        ledger.rows = whole
        ledger.rows.removeLast()
        #expect(try verify(ledger).firstBadPosition == Position(Int64(whole.count - 1)))
    }

    @Test func `a ledger that was cut short with its tree is found by a later checkpoint`() throws {
        let ledger = try ledger()
        ledger.rows.removeLast(ledger.rows.count - 120)
        ledger.rebuildTree()
        let report = try verify(ledger)
        #expect(report.findings.contains { $0.sentence.contains("larger ledger than this") })
    }

    @Test func `events outside of the head are found`() throws {
        let ledger = try ledger()
        ledger.pinned = Head(size: 150, root: ledger.root(of: 150))
        let report = try verify(ledger)
        #expect(report.findings.contains { $0.position == 150 && $0.sentence.contains("stand outside") })
    }

    @Test func `a ledger with nothing but holes ends the check`() throws {
        let ledger = try ledger()
        ledger.rows = []
        ledger.pinned.size = 1 << 40
        let report = try verify(ledger)
        #expect(report.isCutShort && report.firstBadPosition == 0)
    }

    @Test func `time that runs backwards is found, also between two batches`() throws {
        for position in [30, 1_024] {
            let ledger = try MemoryLedger(Story.told(decisions: 320), checkpointEvery: 10_000)
            for place in position..<ledger.rows.count {
                try ledger.rewrite(place) { $0.recordedAt = Timestamp(microseconds: 1_000_000) }
            }
            ledger.rebuildTree()
            let report = try verify(ledger)
            #expect(
                report.findings.contains { $0.sentence.contains("backwards") || $0.sentence.contains("lies before") })
        }
    }

    @Test func `tiles, edge and head are held against the events`() throws {
        let ledger = try MemoryLedger(Story.told(decisions: 120))
        let place = MemoryLedger.TilePlace(level: 0, index: 0)
        let tile = try #require(ledger.tiles[place])
        ledger.tiles[place]?[77] = SHA256.hash([1])
        #expect(try verify(ledger).firstBadPosition == 77)
        ledger.tiles[place] = nil
        #expect(try verify(ledger).findings.first?.sentence.contains("missing") == true)
        ledger.tiles[place] = tile
        ledger.edge[3] ^= 1
        #expect(try verify(ledger).findings.map(\.sentence).joined().contains("right edge"))
        ledger.edge[3] ^= 1
        ledger.pinned.root = SHA256.hash([2])
        #expect(try verify(ledger).findings.map(\.sentence).joined().contains("root that the head says"))
    }

    // MARK: Decisions

    @Test func `a decision without outcome is a finding: a password left the house`() throws {
        var events = Story.told(decisions: 9)
        // The last decision's token.issued.
        events.remove(at: events.count - 3)
        let ledger = try MemoryLedger(events)
        let report = try verify(ledger)
        let finding = try #require(report.findings.first)
        #expect(finding.severity == .finding && finding.sentence.contains("a password may have left the house"))
        #expect(finding.position == Position(Int64(events.count - 5)))
        // The service has it open, and it was begun a second ago.
        let moment = MemoryLedger.start.advanced(bySeconds: Int64(events.count / 10) + 1)
        let again = try verify(ledger, inUseAt: moment)
        #expect(again.isSound && again.decisionsUnderWay == 1)
        #expect(try !verify(ledger, inUseAt: moment.advanced(bySeconds: 60)).isSound)
    }

    @Test func `a second outcome, and an outcome without request, are findings`() throws {
        var events = Story.told(decisions: 9)
        // The token.issued of the first decision, once more.
        events.append(events[19])
        let twice = try MemoryLedger(events)
        twice.outcomes.removeLast()
        let second = try verify(twice).findings.filter { $0.severity == .finding }
        #expect(second.map(\.position) == [Position(Int64(events.count - 1))])

        var orphaned = Story.told(decisions: 9)
        orphaned.remove(at: 16)
        let orphan = try verify(MemoryLedger(orphaned)).findings
        #expect(orphan.map(\.position) == [18])
        #expect(orphan.first?.sentence.contains("no request that is still open") == true)
    }

    // MARK: Side table

    @Test func `a sealed record that was changed, moved, added or lost is found`() throws {
        let ledger = try ledger()
        let whole = ledger.sealed
        let place = whole[3].position

        ledger.sealed[3].bytes[0] ^= 1
        #expect(try verify(ledger).findings.map(\.position) == [place])
        ledger.sealed = whole

        ledger.sealed[3].vault = VaultID(bits: 999)
        #expect(try verify(ledger).findings.map(\.position) == [place])
        ledger.sealed = whole

        ledger.sealed[3].field = "other"
        #expect(try verify(ledger).findings.count == 2)
        ledger.sealed = whole

        ledger.sealed.insert(.init(position: 0, field: "x", vault: nil, bytes: []), at: 0)
        #expect(try verify(ledger).findings.map(\.position) == [0])
        ledger.sealed = whole

        ledger.sealed.remove(at: 3)
        let report = try verify(ledger)
        #expect(report.findings.map(\.position) == [place] && report.sealedGone == 1)
    }

    @Test func `an erasure that happened while the check ran explains what is gone`() throws {
        let ledger = try ledger()
        ledger.sealed = []
        #expect(try verify(ledger).sealedGone == 15)
        var erased = PersonErased()
        erased.vaults = [Story.openVault]
        let event = Event(
            position: Position(ledger.pinned.size), recordedAt: MemoryLedger.start.advanced(bySeconds: 900),
            actor: .service, correlation: "cmd_erase", blind: Bytes16(), data: .accounts(.personErased(erased)))
        let body = try RecordedForm.encode(event)
        let again = try self.ledger()
        again.sealed = []
        again.later = [.init(leafHash: SHA256.leafHash(body), body: body)]
        let report = try verify(again)
        #expect(report.isSound && report.sealedErased == 45)
    }

    // MARK: Caches

    @Test func `caches that differ from the log are found`() throws {
        let ledger = try ledger()
        ledger.estateIndex.remove(at: 4)
        #expect(
            try verify(ledger).findings == [Finding(.cache, at: 4, "The index of estate events leaves this one out.")])
        ledger.estateIndex.insert(4, at: 4)
        ledger.estateIndex.append(40)
        #expect(try verify(ledger).firstBadPosition == 40)
        ledger.estateIndex.removeLast()

        let outcomes = ledger.outcomes
        ledger.outcomes[5].1 = 3
        #expect(try verify(ledger).findings.map(\.position) == [3, nil])
        ledger.outcomes = outcomes
        ledger.outcomes.remove(at: 5)
        #expect(try verify(ledger).findings.map(\.sentence) == ["The index of decisions lacks 1 of 60 outcomes."])
        ledger.outcomes = outcomes

        ledger.storedSnapshots[0].root = SHA256.hash([3])
        #expect(try verify(ledger).findings.map(\.severity) == [.cache])
        ledger.storedSnapshots = []
        #expect(try verify(ledger).isSound)
    }
}
