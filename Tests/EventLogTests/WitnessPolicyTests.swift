import EventLog
import LedgerCrypto
import Testing

@Suite struct WitnessPolicyTests {
    private let log: String
    private let keys: [VerifierKey]

    init() throws {
        log = try TestKey(name: "log.example/ledger").signer.verifierKey.text
        keys = try (0..<6).map { try TestKey(name: "witness.example/\($0)").cosigner.verifierKey }
    }

    private func parse(_ text: String) throws -> WitnessPolicy {
        var text = text.replacing("LOG", with: log)
        for (number, key) in keys.enumerated() { text = text.replacing("KEY\(number)", with: key.text) }
        return try WitnessPolicy(parsing: Array(text.utf8))
    }

    @Test func `the example of the specification asks for two of three and one of three`() throws {
        let policy = try parse(
            """
            log LOG

            witness X1 KEY0 https://witness.example/x1
            \twitness\tX2  KEY1
            # a comment
            witness X3 KEY2
            group X-witnesses 2 X1 X2 X3
            witness Y1 KEY3
            witness Y2 KEY4
            witness Y3 KEY5
            group Y-witnesses any Y1 Y2 Y3
            group X-and-Y all X-witnesses Y-witnesses
            quorum X-and-Y

            """)
        #expect(policy.witnesses.map(\.name) == ["X1", "X2", "X3", "Y1", "Y2", "Y3"])
        #expect(policy.witnesses[0].url == "https://witness.example/x1" && policy.witnesses[1].url == nil)
        for set in 0..<64 {
            let chosen = (0..<6).filter { set >> $0 & 1 == 1 }
            let expected = chosen.count { $0 < 3 } >= 2 && chosen.contains { $0 >= 3 }
            #expect(policy.isMet(by: chosen.map { keys[$0] }) == expected, "\(chosen)")
        }
    }

    @Test func `a quorum may be one witness, or nobody`() throws {
        let one = try parse("witness w KEY0\nquorum w\n")
        #expect(one.isMet(by: [keys[0]]) && !one.isMet(by: [keys[1]]) && !one.isMet(by: []))
        #expect(try parse("quorum none\n").isMet(by: []))
    }

    @Test func `a policy that names logs is for these and no others`() throws {
        let other = try TestKey(name: "other.example").signer.verifierKey
        let policy = try parse("log LOG\nquorum none\n")
        #expect(policy.accepts(log: try VerifierKey(log)) && !policy.accepts(log: other))
        #expect(try parse("quorum none\n").accepts(log: other))
    }

    @Test(arguments: [
        ("", nil, "no quorum line"),
        ("witness w KEY0\n", nil, "no quorum line"),
        ("quorum none", 1, "does not end with a newline"),
        ("quorum none\nquorum none\n", 2, "a quorum already"),
        ("quorum w\nwitness w KEY0\n", 1, "no line above defines"),
        ("witness w KEY0\nwitness w KEY1\nquorum w\n", 2, "the name is used twice"),
        ("witness w KEY0\nwitness v KEY0\nquorum w\n", 2, "the witness's key stands there twice"),
        ("log LOG\nlog LOG\nquorum none\n", 2, "the log's key stands there twice"),
        ("witness none KEY0\nquorum none\n", 1, "'none' is no name"),
        ("witness w LOG\nquorum w\n", 1, "no witness's key"),
        ("log KEY0\nquorum none\n", 1, "no log's key"),
        ("witness w x\nquorum w\n", 1, "no vkey that we can use"),
        ("witness w KEY0 u v\nquorum w\n", 1, "witness NAME VKEY"),
        ("witness w KEY0\ngroup g 2 w\nquorum g\n", 2, "from 1 to 1"),
        ("witness w KEY0\ngroup g 0 w\nquorum g\n", 2, "from 1 to 1"),
        ("witness w KEY0\ngroup g 01 w\nquorum g\n", 2, "from 1 to 1"),
        ("witness w KEY0\ngroup g all\nquorum g\n", 2, "a group is"),
        ("witness w KEY0\ngroup g all w w\nquorum g\n", 2, "belongs to a group already"),
        ("witness w KEY0\ngroup g all w\ngroup h all w\nquorum g\n", 3, "belongs to a group already"),
        ("group g all g\nquorum g\n", 1, "no line above defines"),
        ("witness w KEY0\ngroup g all none\nquorum g\n", 2, "no line above defines"),
        ("mirror m KEY0\nquorum none\n", 1, "begins with none of"),
        ("quorum none\r\n", 1, "control character"),
        ("quorum none\u{7f}\n", 1, "control character"),
    ])
    func `what is no policy is refused, and the line named`(_ text: String, _ line: Int?, _ says: String) throws {
        let error = try #require(throws: WitnessPolicyError.self) { try parse(text) }
        #expect(error.line == line && "\(error)".contains(says), "\(error)")
    }

    @Test func `a hundred groups in one another are judged, and more than are read refused`() throws {
        var text = "witness w KEY0\ngroup g0 all w\n"
        for depth in 1..<100 { text += "group g\(depth) all g\(depth - 1)\n" }
        #expect(try parse(text + "quorum g99\n").isMet(by: [keys[0]]))
        for depth in 100..<200 { text += "group g\(depth) all g\(depth - 1)\n" }
        #expect(throws: WitnessPolicyError.self) { try parse(text + "quorum none\n") }
    }
}
