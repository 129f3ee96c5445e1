import AuthorizationCore
import EventLog
import SyntheticLedgers
import Testing

@testable import LedgerAudit

/// Chains of histories that nobody thought of.
@Suite struct ChainHistoryTests {
    /// Things that come and go, drawn from a seed.
    struct RandomHistory {
        let ledger: MemoryLedger
        let environments: [EnvironmentName]
        let apis: [APIID]

        init(seed: UInt64) throws {
            var ledger = SyntheticLedger(seed: seed)
            ledger.create()
            let environments = ["prod", "test"].map { ledger.addEnvironment($0) }
            let apis = (0..<3).map { ledger.addAPI("api\($0)", in: []) }
            var identities: [IdentityID] = []
            for step in 0..<70 {
                let environment = environments[ledger.numbers.below(2)]
                let api = apis[ledger.numbers.below(3)]
                let identity = identities.isEmpty ? nil : identities[ledger.numbers.below(identities.count)]
                switch (ledger.numbers.below(14), identity) {
                case (0, _), (_, nil):
                    identities.append(ledger.addIdentity("idn\(step)", for: [api], in: []))
                case (1...2, _): ledger.deploy(api, in: environment)
                case (3, _): ledger.undeploy(api, from: environment)
                case (4...6, let identity?): ledger.deploy(identity, in: environment)
                case (7, let identity?): ledger.undeploy(identity, from: environment)
                case (8, let identity?): ledger.link(identity, to: api)
                case (9, let identity?): ledger.unlink(identity, from: api)
                case (10, let identity?): ledger.suspend(identity)
                case (11, let identity?): ledger.resume(identity)
                case (12, _): ledger.undeployOAuth(in: environment)
                default: ledger.deployOAuth(in: environment)
                }
            }
            self.ledger = try MemoryLedger(ledger.take())
            self.environments = environments
            self.apis = apis
        }
    }

    @Test(arguments: 1...6)
    func `at every deploy boundary, before it and after, the chain is that of a fresh replay`(_ seed: UInt64) throws {
        let history = try RandomHistory(seed: seed)
        let events = try history.ledger.rows.map { try RecordedForm.decode(try #require($0).body) }
        let boundaries = events.filter(\.isDeployment).map(\.position.value)
        #expect(boundaries.count > 5)
        let places = Set(boundaries.flatMap { [$0 - 1, $0, $0 + 1] }).filter { $0 >= 0 && $0 < events.count }
        var estate = Estate()
        for event in events {
            estate.fold(event)
            guard places.contains(event.position.value) else { continue }
            for environment in history.environments where estate.environments[environment] != nil {
                for api in history.apis where estate.apis[api] != nil {
                    let report = try ChainAt(
                        api: api.text, environment: environment.text, at: .position(event.position)
                    ).run(history.ledger)
                    let fresh = IdentityChain(of: [api], in: environment, estate)
                    #expect(report.links.map(\.identity.id) == fresh.links.map(\.identity))
                    #expect(report.links.map(\.revision) == fresh.links.map(\.revision))
                    #expect(report.links.map(\.registered.position) == fresh.links.map(\.registeredAt))
                    #expect(report.links.map(\.deployed.position) == fresh.links.map(\.deployedAt))
                    #expect(report.links.map(\.linked.position) == fresh.links.map { $0.via[0].linkedAt })
                    #expect(report.links.map(\.apiDeployed.position) == fresh.links.map { $0.via[0].apiDeployedAt })
                }
            }
        }
    }

    @Test(arguments: 1...6)
    func `what changed, applied to the earlier chain, gives the later one`(_ seed: UInt64) throws {
        let history = try RandomHistory(seed: seed)
        let size = history.ledger.rows.count
        for (since, at) in [(size / 2, size - 1), (size - 10, size - 1), (8, size / 2)] {
            let question = ChainAt(
                api: history.apis[0].text, environment: history.environments[0].text,
                at: .position(Position(Int64(at))))
            guard
                let comparison = try? ChainChanges(question, since: .position(Position(Int64(since)))).run(
                    history.ledger)
            else { continue }
            var chain = comparison.before?.links.map(\.identity.id) ?? []
            var joined: [(Int, IdentityID)] = []
            for change in comparison.changes {
                switch change.kind {
                case .left: chain.removeAll { $0 == change.identity.id }
                case .joined(let ordinal): joined.append((ordinal, change.identity.id))
                case .moved, .revised, .cameBack: break
                }
                let range = Int64(since) + 1...Int64(at)
                #expect(change.events.allSatisfy { range.contains($0.position.value) })
                if case .joined = change.kind { #expect(!change.events.isEmpty) }
                if case .left = change.kind { #expect(!change.events.isEmpty) }
            }
            for (ordinal, id) in joined.sorted(by: { $0.0 < $1.0 }) { chain.insert(id, at: ordinal - 1) }
            #expect(chain == comparison.after.links.map(\.identity.id))
        }
    }

    @Test func `the earlier moment must lie before the later`() throws {
        let history = try RandomHistory(seed: 3)
        let question = ChainAt(
            api: history.apis[0].text, environment: history.environments[0].text, at: .position(30))
        #expect(throws: AuditError.outOfOrder) {
            try ChainChanges(question, since: .position(60)).run(history.ledger)
        }
        let same = try ChainChanges(question, since: .position(30)).run(history.ledger)
        #expect(same.changes.isEmpty)
    }
}

extension Event {
    fileprivate var isDeployment: Bool {
        switch data {
        case .apis(.deployed), .apis(.undeployed), .identities(.deployed), .identities(.undeployed),
            .environments(.oauthDeployed), .environments(.oauthUndeployed):
            true
        default: false
        }
    }
}
