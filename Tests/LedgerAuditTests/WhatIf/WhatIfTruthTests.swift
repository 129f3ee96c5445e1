import AuthorizationCore
import SyntheticLedgers
import Testing

@testable import LedgerAudit

/// Histories whose truth on another estate is known, because they were lived through on it.
@Suite struct WhatIfTruthTests {
    /// A change in words, and the estate that it imagines.
    struct Variation: CustomTestStringConvertible, Sendable {
        var changes: [String]
        var testDescription: String { changes.joined(separator: ", ") }
        var estate = KnownWorld.Estate()

        init(_ changes: String..., change: (inout KnownWorld.Estate) -> Void) {
            self.changes = changes
            change(&estate)
        }
    }

    /// Lived through once for all variations.
    private static let histories = Result { try [1, 2, 6].map { try KnownWorld(seed: $0, count: 300) } }

    static let variations = [
        Variation("unlink alpha orders") { $0.links[0] = [1] },
        Variation("unlink delta orders", "unlink delta bills") { $0.links[3] = [] },
        Variation("link beta bills") { $0.links[1] = [0, 1] },
        Variation("suspend app0") { $0.holds = { $1.suspend($0.apps[0]) } },
        Variation("resume gamma") { $0.holds = { $1.resume($0.identities[2]) } },
        Variation("suspend delta") { $0.holds = { $1.suspend($0.identities[3]) } },
        Variation("undeploy beta prod") { $0.holds = { $1.undeploy($0.identities[1], from: $0.environment) } },
        Variation("deploy bills prod") { $0.holds = { $1.deploy($0.apis[1], in: $0.environment) } },
        Variation("undeploy oauth prod") { $0.holds = { $1.undeployOAuth(in: $0.environment) } },
        Variation("order alpha delta beta") { $0.order = [1, 3, 2, 0] },
        Variation("on-unavailable delta stop") { $0.identity = { if $0 == 3 { $1.onUnavailable = .stop } } },
        Variation("on-unavailable beta continue") { $0.identity = { $1.onUnavailable = $0 < 4 ? .continue : .stop } },
        Variation("password bills off") {
            $0.api = { if $0 == 1 { $1.interceptors[0].grants.removeAll { $0 == .password } } }
        },
        Variation("first-party app1 off") { $0.app = { $1.firstParty = $0 != 1 } },
        Variation("level alpha urn:example:high") {
            $0.identity = { if $0 == 0 { $1.assurance.acr = "urn:example:high" } }
        },
        Variation("set api bills require_bound true") { $0.api = { $1.requireBound = $0 == 1 } },
        Variation(#"set api orders scopes ["orders.write"]"#) {
            $0.api = { if $0 == 0 { $1.scopes = ["orders.write"] } }
        },
        Variation(#"set app app0 grants ["password","client_credentials"]"#) {
            $0.app = { if $0 == 0 { $1.grants = [.password, .clientCredentials] } }
        },
        Variation("set identity delta accept.status [204]") {
            $0.identity = { if $0 == 3 { $1.accept.statuses = [204] } }
        },
        Variation("set environment prod limits.user_failures 4") { $0.settings = { $0.limits.userFailures = 4 } },
        Variation("set environment prod limits.user_failures 40") { $0.settings = { $0.limits.userFailures = 40 } },
        Variation("set environment prod lifetimes.refresh_idle_seconds 900") {
            $0.settings = { $0.lifetimes.refreshIdle = 900 }
        },
        Variation("set environment prod lifetimes.refresh_idle_seconds 9000") {
            $0.settings = { $0.lifetimes.refreshIdle = 9_000 }
        },
        Variation("suspend app0 @") {
            $0.from = 150
            $0.holds = { $1.suspend($0.apps[0]) }
        },
        Variation("unlink delta orders @", "unlink delta bills @") {
            $0.from = 220
            $0.holds = { things, ledger in for api in things.apis { ledger.unlink(things.identities[3], from: api) } }
        },
    ]

    @Test(arguments: variations) func `the truth lies within every range, decision by decision`(
        _ variation: Variation
    ) throws {
        for recorded in try Self.histories.get() {
            let seed = recorded.seed
            let truth = try KnownWorld(seed: seed, variation.estate, wishes: recorded.wishes)
            let changes = variation.changes.map { text in
                text.hasSuffix("@") ? text + "\(recorded.positions[variation.estate.from])" : text
            }
            var question = WhatIf(changes)
            question.maximumNamed = .max
            let report = try question.run(try MemoryLedger(recorded.events))
            let verdicts = Dictionary(report.named.map { ($0.decision, $0.verdict) }) { first, _ in first }
            var (gained, lost, same, wrong) = (0, 0, 0, [String]())
            for (wish, id) in recorded.decisions {
                switch (recorded.issues(wish), truth.issues(wish)) {
                case (true, false): lost += 1
                case (false, true): gained += 1
                case (true, true), (false, false): same += 1
                }
                let isRight =
                    switch verdicts[id] {
                    case nil: recorded.issues(wish) == truth.issues(wish)
                    case .gained: !recorded.issues(wish) && truth.issues(wish)
                    case .lost: recorded.issues(wish) && !truth.issues(wish)
                    case .unknowable: true
                    }
                if !isRight { wrong.append("\(wish) \(recorded.wishes[wish]): \(verdicts[id]?.rawValue ?? "same")") }
            }
            #expect(wrong.isEmpty, "seed \(seed): \(wrong.prefix(3))")
            #expect(report.totals.decisions == recorded.decisions.count)
            #expect(report.totals.gainedBounds.contains(gained) && report.totals.lostBounds.contains(lost))
            #expect(report.totals.sameBounds.contains(same))
            let tokens = recorded.decisions.keys.count { truth.issues($0) }
            #expect(report.totals.tokenBounds.contains(tokens))
        }
    }

    @Test func `a range is no wider than it must be`() throws {
        // What is decided before anybody is asked is known to the last decision.
        for change in ["suspend app0", "undeploy oauth prod", "first-party app1 off"] {
            let report = try WhatIf([change]).run(try MemoryLedger(try KnownWorld(seed: 3).events))
            #expect(report.totals.unknowable == 0 && report.totals.lost > 0, "\(change)")
        }
        // The last to be asked: whom it let in is lost, and nobody else is touched.
        let report = try WhatIf(["unlink alpha orders", "unlink alpha bills"])
            .run(try MemoryLedger(try KnownWorld(seed: 3).events))
        #expect(report.totals.unknowable == 0 && report.totals.lost > 0)
    }
}
