import AuthorizationCore
import EventLog
import Testing

@testable import LedgerAudit

@Suite struct ChainTests {
    /// Events of one Identity and the API that come and go after all stand in the chain.
    private func ledger() throws -> MemoryLedger {
        var story = Story()
        for event in Story.told(decisions: 4) {
            story.add(event.data, by: event.actor, of: event.correlation, sealed: event.sealed)
        }
        story.suspend(Story.newest)
        story.unlink(Story.oldest, from: Story.accounts)
        var retired = IdentityRetired()
        retired.identity = Story.middle
        story.add(.identities(.retired(retired)))
        var undeployed = APIUndeployed()
        undeployed.api = Story.accounts
        undeployed.environment = Story.prod
        story.add(.apis(.undeployed(undeployed)))
        var removed = OAuthUndeployed()
        removed.environment = Story.prod
        story.add(.environments(.oauthUndeployed(removed)))
        return try MemoryLedger(story.events)
    }

    private func chain(_ ledger: MemoryLedger, at place: Place?, api: String = "accounts") throws -> ChainReport {
        try ChainAt(api: api, environment: "prod", at: place).run(ledger)
    }

    @Test func `at every position the chain is that of a fresh fold of all events before it`() throws {
        let ledger = try ledger()
        var estate = Estate()
        for (position, row) in ledger.rows.enumerated() {
            estate.fold(try RecordedForm.decode(try #require(row).body))
            guard estate.environments[Story.prod] != nil, estate.apis[Story.accounts] != nil else { continue }
            let report = try chain(ledger, at: .position(Position(Int64(position))))
            let expected = IdentityChain(of: [Story.accounts], in: Story.prod, estate)
            #expect(report.links.map(\.identity.id) == expected.links.map(\.identity))
            #expect(report.links.map(\.registered.position) == expected.links.map(\.registeredAt))
            #expect(report.links.map(\.deployed.position) == expected.links.map(\.deployedAt))
            #expect(report.links.map(\.linked.position) == expected.links.map { $0.via[0].linkedAt })
            #expect(report.links.map(\.apiDeployed.position) == expected.links.map { $0.via[0].apiDeployedAt })
            #expect(report.oauthDeployed?.position == expected.oauthDeployedAt)
            let linked = estate.apis[Story.accounts]?.linkedIdentities.count ?? 0
            #expect(report.links.count + report.absent.count == linked)
            #expect(report.links.isEmpty || report.obstacles.isEmpty)
        }
    }

    @Test func `the newest registration comes first, with the events behind it`() throws {
        let report = try MemoryLedger(Story.told(decisions: 0)).chain()
        #expect(report.links.map(\.identity.name) == ["partners", "staff", "directory"])
        #expect(report.links.map(\.ordinal) == [1, 2, 3])
        let first = try #require(report.links.first)
        #expect(first.registered.type == .identityRegistered && first.linked == first.registered)
        #expect(first.deployed.type == .identityDeployed && first.apiDeployed.type == .apiDeployed)
        #expect(first.destination == "https://partners.example/check")
        #expect(report.oauthDeployed?.type == .oauthDeployed)
    }

    @Test func `what is linked and not in the chain is named with the reason`() throws {
        let ledger = try ledger()
        let size = ledger.rows.count
        let suspended = try chain(ledger, at: .position(Position(Int64(size - 5))))
        #expect(suspended.absent.map(\.identity.id) == [Story.newest])
        #expect(suspended.absent[0].reasons.map(\.phrase) == ["suspended at position \(size - 5) by an operator"])
        let end = try chain(ledger, at: nil)
        #expect(end.links.isEmpty)
        #expect(end.obstacles == [.oauthNotDeployed, .apiNotDeployed])
        // The oldest is no longer linked.
        #expect(end.absent.map(\.identity.id) == [Story.middle, Story.newest])
        #expect(end.absent[0].reasons.map(\.phrase) == ["retired at position \(size - 3)"])
    }

    @Test func `a time counts everything recorded at it`() throws {
        let ledger = try ledger()
        for seconds in [1, 2] {
            let time = MemoryLedger.start.advanced(bySeconds: Int64(seconds))
            let report = try chain(ledger, at: .time(time))
            #expect(report.size == Int64(min(ledger.rows.count, (seconds + 1) * 10)))
        }
        let before = Timestamp(microseconds: MemoryLedger.start.microseconds - 1)
        #expect(throws: AuditError.beforeFirst(before)) { try chain(ledger, at: .time(before)) }
        let late = try chain(ledger, at: .time(MemoryLedger.start.advanced(bySeconds: 1_000_000)))
        #expect(late.size == ledger.pinned.size)
    }

    @Test func `a question about what does not exist is answered by an error that says so`() throws {
        let ledger = try ledger()
        let size = ledger.pinned.size
        #expect(throws: AuditError.beyondHead(Position(size), size: size)) {
            try chain(ledger, at: .position(Position(size)))
        }
        #expect(throws: AuditError.noSuchAPI("nothing")) { try chain(ledger, at: nil, api: "nothing") }
        #expect(throws: AuditError.noSuchEnvironment("moon", known: ["prod", "sandbox"])) {
            try ChainAt(api: "accounts", environment: "moon").run(ledger)
        }
        #expect(throws: AuditError.beyondHead(0, size: 0)) { try chain(MemoryLedger([]), at: nil) }
        var story = Story()
        for event in Story.told(decisions: 0) { story.add(event.data) }
        var twin = APIRegistered()
        twin.api = APIID(bits: 199)
        twin.content.name = Name(text: "accounts") ?? Name()
        story.add(.apis(.registered(twin)))
        let twins = try MemoryLedger(story.events)
        #expect(throws: AuditError.ambiguousAPI("accounts", [Story.accounts, APIID(bits: 199)])) {
            try chain(twins, at: nil)
        }
        #expect(try chain(twins, at: nil, api: Story.accounts.text).links.count == 3)
    }

    @Test func `a damaged estate event is not passed over`() throws {
        let ledger = try ledger()
        ledger.rows[6]?.body[9] ^= 1
        #expect(throws: AuditError.store(.damaged(6, "its bytes do not have the recorded hash"))) {
            try chain(ledger, at: nil)
        }
    }
}

extension MemoryLedger {
    fileprivate func chain() throws -> ChainReport {
        try ChainAt(api: Story.accounts.text, environment: "prod").run(self)
    }
}
