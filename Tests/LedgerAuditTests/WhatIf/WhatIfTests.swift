import AuthorizationCore
import CanonicalJSON
import SyntheticLedgers
import Testing

@testable import LedgerAudit

@Suite struct WhatIfTests {
    private func report(_ changes: [String], _ ask: (inout WhatIf) -> Void = { _ in }) throws -> WhatIfReport {
        var question = WhatIf(changes)
        ask(&question)
        return try question.run(try EveryDecision.ledger())
    }

    private func fault(_ change: String, _ ask: (inout WhatIf) -> Void = { _ in }) throws -> String {
        do {
            _ = try report([change], ask)
            return "no fault"
        } catch let fault as WhatIfFault {
            return "\(fault)"
        }
    }

    @Test func `what changes nothing leaves every decision as it is recorded`() throws {
        // Every grant and every refusal is among them, and decisions under which the estate moved.
        let ledger = try EveryDecision.ledger()
        for change in ["set environment prod refusal_quantum_ms 7", "set app till name other"] {
            let report = try report([change]) { $0.maximumNamed = .max }
            #expect(report.totals.decisions == ledger.outcomes.count)
            #expect(report.totals.same == ledger.outcomes.count, "\(report.named.map(\.reason))")
            #expect(report.changedTokens == 0 && report.unasked.isEmpty)
        }
    }

    @Test func `a range of the log, an environment and an app bound what is counted and nothing else`() throws {
        let all = try report(["suspend till"]) { $0.maximumNamed = .max }
        #expect(all.totals.lost > 0)
        let some = try report(["suspend till"]) { $0.app = "till" }
        #expect(some.totals.lost == all.totals.lost && some.totals.decisions < all.totals.decisions)
        #expect(some.byApp.map(\.name) == ["till"])
        let none = try report(["suspend till"]) { $0.environment = "sandbox" }
        #expect(none.totals.lost == 0 && none.totals.decisions > 0)
        let last = try #require(all.named.last)
        let late = try report(["suspend till"]) {
            $0.from = .position(last.position)
            $0.to = .position(last.position)
        }
        #expect(late.totals.decisions == 1 && late.totals.lost == 1)
        let beyond = try report(["suspend till @\(last.position.value)"])
        #expect(beyond.totals.lost < all.totals.lost)
    }

    @Test func `a refresh token is lost with the decision that began its family`() throws {
        let ledger = try EveryDecision.once.get()
        let report = try report(["first-party till off"]) { $0.maximumNamed = .max }
        let lost = Set(report.named.filter { $0.verdict == .lost }.map(\.decision))
        for name in ["begins a family", "refreshes", "answer lost"] {
            #expect(!ledger.ids(of: name).isEmpty && ledger.ids(of: name).allSatisfy(lost.contains), "\(name)")
        }
        #expect(report.totals.unknowable == 0)
    }

    @Test func `an estate file says what applying it would`() throws {
        let file = """
            {"environments": {"prod": {"oauth": false}},
             "apps": [{"name": "till", "first_party": true, "grants": ["password"], "apis": []}]}
            """
        let report = try report([]) { $0.estateFile = Array(file.utf8) }
        let undeployed = try self.report(["undeploy oauth prod"])
        #expect(report.totals.lost == undeployed.totals.lost && report.totals.lost > 0)
        let refused = try fault("suspend till") { $0.estateFile = Array(#"{"apps": [{"nam": 1}]}"#.utf8) }
        #expect(refused.hasPrefix("The estate file is not one that can be applied: apps[0].nam"))
        // Everything else is retired then.
        let pruned = try self.report([]) {
            $0.estateFile = Array("{}".utf8)
            $0.prunes = true
        }
        #expect(pruned.totals.lost == pruned.totals.tokens && pruned.totals.unknowable == 0)
        #expect(try fault("suspend till") { $0.estateFile = Array("{".utf8) }.contains("line 1"))
    }

    @Test(arguments: [
        ("unlink nobody store", "The ledger has no API Identity with the id or name 'nobody'."),
        ("unlink checker nothing", "The ledger has no API with the id or name 'nothing'."),
        ("suspend idn_00000000000000000000000000", "The ledger has no app or API Identity"),
        ("undeploy checker nowhere", "There was no environment 'nowhere'"),
        ("unlink checker", "is not of the form: unlink IDENTITY API"),
        ("order checker checker", "is not of the form: order"),
        ("on-unavailable checker later", "is not of the form: on-unavailable IDENTITY stop|continue"),
        ("first-party till perhaps", "is not of the form: first-party"),
        ("abolish till", "is not of the form: one of link"),
        ("", "is not of the form: a verb"),
        ("suspend \"till", "is not of the form: a verb"),
        ("suspend till @soon", "@POSITION"),
        ("suspend till @99999999", "would hold from position 99999999, but the newest event stands at"),
        ("set api store scope 7", "'scope' is no member of an api"),
        ("set api store require_bound maybe", "'require_bound' is no member of an api, or it cannot hold that value"),
        ("set door store scopes []", "is not of the form: set"),
    ]) func `what cannot be meant is said in one sentence`(_ change: String, _ sentence: String) throws {
        let said = try fault(change)
        #expect(said.contains(sentence), "\(said)")
        #expect(!said.dropLast().contains(". "), "\(said)")
    }

    @Test func `places beyond the ledger, damage and nothing to change are faults`() throws {
        #expect(try fault("suspend till") { $0.from = .position(99_999_999) }.contains("is not there"))
        #expect(
            try fault("suspend till") {
                $0.from = .position(9)
                $0.to = .position(3)
            } == "The earlier moment lies behind the later one.")
        #expect(throws: WhatIfFault.nothingChanges) { try report([]) }
        let ledger = try EveryDecision.ledger()
        ledger.rows[40]?.body[50] ^= 1
        #expect { try WhatIf(["suspend till"]).run(ledger) } throws: { error in
            guard case .audit(let fault)? = error as? WhatIfFault else { return false }
            return fault.isDamage
        }
    }

    @Test func `a decision that the log does not give is not taken for a gain or a loss`() throws {
        let ledger = try EveryDecision.ledger()
        let (id, place) = try #require(
            ledger.outcomes.first { outcome in
                guard let event = try? ledger.decodedEvent(at: outcome.1) else { return false }
                if case .tokens(.refused(let data)) = event.data { return data.reason == .credentialsRejected }
                return false
            })
        try ledger.rewrite(Int(place.value)) { event in
            guard case .tokens(.refused(var data)) = event.data else { return }
            data.reason = .locked
            event.data = .tokens(.refused(data))
        }
        ledger.rebuildTree()
        var question = WhatIf(["set environment prod refusal_quantum_ms 7"])
        question.maximumNamed = .max
        let report = try question.run(ledger)
        #expect(report.named.map(\.decision) == [id] && report.totals.unknowable == 1)
        #expect(report.named.first?.reason.contains("reproduce") == true)
    }

    @Test func `the totals are what a program reads`() throws {
        let report = try report(["suspend till"])
        let json = try #require(report.json.objectValue)
        #expect(json["totals"]?.objectValue?.members.map(\.name).sorted() == ["gained", "lost", "same", "unknowable"])
        #expect(json["totals"]?.objectValue?["lost"] == .integer(Int64(report.totals.lost)))
        #expect(json["changed_count"] == .integer(Int64(report.changedDecisions)))
    }
}
