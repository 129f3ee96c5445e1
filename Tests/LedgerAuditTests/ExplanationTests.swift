import AuthorizationCore
import CanonicalJSON
import EventLog
import SyntheticLedgers
import Testing

@testable import LedgerAudit

@Suite struct ExplanationTests {
    private func made() throws -> (EveryDecision, MemoryLedger) {
        let every = try EveryDecision.once.get()
        return (every, try EveryDecision.ledger())
    }

    private func explain(_ name: String, vaults: SyntheticVaults? = nil) throws -> Explanation {
        let (every, ledger) = try made()
        return try Explain(try #require(every.ids(of: name).first)).run(ledger, vaults: vaults)
    }

    /// Words that would say that a person did something.
    private static let claims = [
        "user asked", "user did", "user logged", "logged in", "signed in", "user requested", "user called", "he asked",
        "she asked", "they asked", "person asked", "user authenticated", "user entered", "by the user",
        "user's action", "user accessed", "person did",
    ]

    @Test func `no text says that a person did something`() throws {
        let (every, ledger) = try made()
        for id in every.names.keys {
            let explanation = try Explain(id).run(ledger, vaults: SyntheticVaults())
            let json = String(decoding: JSON.indented(explanation.json), as: UTF8.self)
            for text in [explanation.lines.joined(separator: "\n"), json, explanation.html] {
                let low = text.lowercased()
                for claim in Self.claims { #expect(!low.contains(claim), "\(claim): \(every.names[id] ?? "")") }
                if explanation.summary.hasPrefix("A token") {
                    #expect(low.contains("the holder of a token about account acc_") || low.contains("about app app_"))
                }
                if explanation.summary.hasPrefix("No token") { #expect(!low.contains("what the token says")) }
            }
        }
    }

    @Test func `each step has the event behind it`() throws {
        let explanation = try explain("second of the chain")
        #expect(
            explanation.sections.map(\.heading) == [
                "Who asked", "Which Identities could vouch, and why", "What each answered", "Which rule decided",
                "What the token says, and why", "What the token does not say", "Whether it can be believed",
            ])
        #expect(explanation.sections[0].statements[0].events.map(\.type) == [.tokenRequested])
        let chain = explanation.sections[1].statements
        #expect(chain.count == 4)
        #expect(chain[1].text.hasPrefix("1. Identity 'partners', revision 1: its place comes from its registration"))
        #expect(chain[1].events.contains { $0.type == .identityRegistered })
        #expect(chain[1].events.contains { $0.type == .identityDeployed })
        let answers = explanation.sections[2].statements
        #expect(answers[0].text.contains("rejected the credentials") && answers[1].text.contains("accepted"))
        #expect(answers[0].events.map(\.type) == [.validationAttempted])
        #expect(answers[2].text == "Not asked any more: Identity 'directory'. The chain had ended before them.")
    }

    @Test func `every claim says why it is so, by the event that the token names`() throws {
        let (every, ledger) = try made()
        let id = try #require(every.ids(of: "carries a sealed value").first)
        let explanation = try Explain(id).run(ledger)
        let claims = explanation.sections.flatMap(\.statements).filter { $0.claim != nil }
        let issued = try ledger.rows.compactMap { row -> TokenIssued? in
            let event = try RecordedForm.decode(try #require(row).body)
            guard event.correlation == id.text, case .tokens(.issued(let data)) = event.data else { return nil }
            return data
        }
        let token = try #require(issued.first)
        #expect(Set(claims.compactMap(\.claim)) == Set(token.because.map(\.claim)))
        for claim in claims {
            let cause = token.because.first { $0.claim == claim.claim }?.event.position
            #expect(claim.events.map(\.position) == [cause] && !claim.text.contains("Recorded with"))
        }
        #expect(claims.first { $0.claim == "extraInfo" }?.value?.hasPrefix("sealed (commitment ") == true)
    }

    @Test func `the vaults open what is personal`() throws {
        let open = try explain("carries a sealed value", vaults: SyntheticVaults())
        let text = open.lines.joined(separator: "\n")
        #expect(text.contains(#"extraInfo = {"cpf":"1","name":"Zoë"}"#) && text.contains("'user5' (opened"))
        let closed = try explain("carries a sealed value").lines.joined(separator: "\n")
        #expect(!closed.contains("cpf") && !closed.contains("user5"))
        #expect(closed.contains("identical, 2 values sealed"))
    }

    @Test func `a page shows hostile text as text`() throws {
        #expect(
            HTMLPage.escaped("<script>&\"'\u{202e}\u{1b}[31m") == "&lt;script&gt;&amp;&quot;&#39;\\u{202e}\\u{1b}[31m")
        let hostile = "https://evil.example/<img src=x onerror=alert(1)>\u{202e}"
        let (_, ledger) = try made()
        let fresh = try EveryDecision.ledger()
        let id = try #require(try EveryDecision.once.get().ids(of: "target_unknown").first)
        let place = try #require(ledger.outcomes.first { $0.0 == id }?.1)
        try fresh.rewrite(Int(place.value)) { event in
            guard case .tokens(.refused(var data)) = event.data else { return }
            data.request?.asked.resource = [hostile]
            event.data = .tokens(.refused(data))
        }
        let html = try Explain(id).run(fresh).html
        #expect(html.contains("&lt;img src=x onerror=alert(1)&gt;\\u{202e}") && !html.contains("<img"))
        #expect(!html.contains("<script") && !html.contains("http-equiv=\"refresh"))
        // Nothing is loaded from anywhere.
        for attribute in [" src=", " href=", "url(", "@import"] { #expect(!html.contains(attribute + "\"")) }
    }

    @Test func `every refusal has its rule`() throws {
        let (every, _) = try made()
        var rules: Set<String> = []
        for name in Set(every.names.values) where !name.contains(", a") {
            let explanation = try explain(name)
            guard explanation.summary.hasPrefix("No token") else { continue }
            let rule = try #require(explanation.sections.first { $0.heading == "Which rule decided" })
            rules.insert(rule.statements[0].text)
            #expect(rule.statements.last?.text.hasPrefix("The asker was told ") == true)
        }
        #expect(rules.count >= 16)
    }

    @Test func `a decision that differs is told as it is recorded, and said to differ`() throws {
        let every = try EveryDecision.once.get()
        let ledger = try EveryDecision.ledger()
        let id = try #require(every.ids(of: "credentials_rejected").first)
        let place = try #require(ledger.outcomes.first { $0.0 == id }?.1)
        try ledger.rewrite(Int(place.value)) { event in
            guard case .tokens(.refused(var data)) = event.data else { return }
            data.reason = .locked
            event.data = .tokens(.refused(data))
        }
        let explanation = try Explain(id).run(ledger)
        #expect(explanation.verdict.answer == "different: reason")
        #expect(explanation.lines.joined().contains("reason: recorded locked, replayed credentials_rejected"))
    }
}
