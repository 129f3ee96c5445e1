import AuthorizationCore
import Testing

@Suite struct IdentifierNameTests {
    @Test(arguments: ["a", "Orders API", "orders-2.1_final", "0", " ", String(repeating: "x", count: 64)])
    func `a name`(_ text: String) {
        #expect(Name(text: text)?.text == text)
        #expect(form(Name.textForm, takes: text))
    }

    @Test(arguments: [
        "", String(repeating: "x", count: 65), "größe", "a\u{301}", "a/b", "a\nb", "a\tb", "a\0", "<b>", "a\u{202E}b",
        "a,b",
    ])
    func `no name`(_ text: String) {
        #expect(Name(text: text) == nil)
        #expect(!form(Name.textForm, takes: text))
    }

    @Test(arguments: [
        ("Orders API", "orders api", true), ("orders", " orders  ", true), ("a  b", "A b", true), (" ", "   ", true),
        ("orders", "order s", false), ("a b", "ab", false), ("a.b", "a-b", false), ("orders-1", "orders-2", false),
    ])
    func `names that a reader cannot tell apart are alike`(_ one: String, _ other: String, _ areAlike: Bool) throws {
        let (one, other) = (try #require(Name(text: one)), try #require(Name(text: other)))
        #expect((one.likeness == other.likeness) == areAlike)
    }

    @Test(arguments: ["prod", "a", "sandbox-2", "z9-", "a" + String(repeating: "-", count: 31)])
    func `a name of an environment`(_ text: String) {
        #expect(EnvironmentName(text: text)?.text == text)
        #expect(form(EnvironmentName.textForm, takes: text))
    }

    @Test(arguments: [
        "", "Prod", "1prod", "-prod", "pro d", "prod.eu", "prod_eu", "prod/eu", "pröd",
        "a" + String(repeating: "b", count: 32),
    ])
    func `no name of an environment`(_ text: String) {
        #expect(EnvironmentName(text: text) == nil)
        #expect(!form(EnvironmentName.textForm, takes: text))
    }

    @Test(arguments: ["manager", "ledger", "audit", "console", "healthz", "readyz", "metrics"])
    func `a path of ours names no environment`(_ text: String) {
        #expect(EnvironmentName(text: text) == nil)
        #expect(EnvironmentName(text: text + "2") != nil)
    }

    @Test func `every example has the form that its type states`() {
        #expect(form(APIID.textForm, takes: APIID.example.text))
        #expect(form(Bytes16.textForm, takes: Bytes16.example.text))
        #expect(form(Bytes32.textForm, takes: Bytes32.example.text))
        #expect(form(Timestamp.textForm, takes: Timestamp.example.text))
        #expect(form(Name.textForm, takes: Name.example.text))
        #expect(form(EnvironmentName.textForm, takes: EnvironmentName.example.text))
        #expect(form(EventType.textForm, takes: EventType.example.text))
        #expect(!form(EventType.textForm, takes: "event.imagined"))
    }

    private func form(_ form: TextForm, takes text: String) -> Bool {
        switch form {
        case .any: true
        case .oneOf(let values): values.contains(text)
        case .pattern(let pattern): (try? Regex(pattern).wholeMatch(in: text)) != nil
        }
    }
}
