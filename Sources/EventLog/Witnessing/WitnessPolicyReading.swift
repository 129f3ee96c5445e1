extension WitnessPolicy {
    /// Reads a policy file; strict: an unknown word, a name used twice or not defined above, a key of another kind, or a
    /// second quorum is an error that names its line.
    public init(parsing bytes: [UInt8]) throws(WitnessPolicyError) {
        var reading = WitnessPolicyReading()
        guard bytes.count <= Self.maximumLength else {
            throw WitnessPolicyError(line: nil, reason: "The policy has more than \(Self.maximumLength) bytes")
        }
        var lines = TextLines(bytes[...])
        while let line = lines.next() { try reading.take(line) }
        guard lines.rest.isEmpty else {
            throw WitnessPolicyError(line: reading.line + 1, reason: "the line does not end with a newline")
        }
        guard reading.hasQuorum else { throw WitnessPolicyError(line: nil, reason: "The policy has no quorum line") }
        self = reading.policy
    }
}

/// The state of reading one policy file, line by line.
private struct WitnessPolicyReading {
    var policy = WitnessPolicy()
    var hasQuorum = false
    private(set) var line = 0
    private var rules: [[UInt8]: WitnessPolicy.Rule] = [:]
    private var members: Set<[UInt8]> = []
    private var groups = 0

    private static let none = Array("none".utf8)

    mutating func take(_ content: ArraySlice<UInt8>) throws(WitnessPolicyError) {
        line += 1
        guard content.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
            throw error("a control character other than the tab")
        }
        let words = content.split { $0 == 0x20 || $0 == 0x09 }
        guard let first = words.first, first.first != UInt8(ascii: "#") else { return }
        let rest = Array(words.dropFirst())
        switch String(decoding: first, as: UTF8.self) {
        case "log": try takeLog(rest)
        case "witness": try takeWitness(rest)
        case "group": try takeGroup(rest)
        case "quorum": try takeQuorum(rest)
        default: throw error("it begins with none of log, witness, group and quorum")
        }
    }

    private mutating func takeLog(_ words: [ArraySlice<UInt8>]) throws(WitnessPolicyError) {
        guard (1...2).contains(words.count) else { throw error("a log is 'log VKEY [URL]'") }
        let key = try key(words[0], .ed25519)
        guard !policy.logs.contains(where: { $0.key.publicKey == key.publicKey }) else {
            throw error("the log's key stands there twice")
        }
        guard policy.logs.count < WitnessPolicy.maximumEntries else { throw error("too many logs") }
        policy.logs.append(WitnessPolicy.Log(key: key, url: words.count > 1 ? Self.text(words[1]) : nil))
    }

    private mutating func takeWitness(_ words: [ArraySlice<UInt8>]) throws(WitnessPolicyError) {
        guard (2...3).contains(words.count) else { throw error("a witness is 'witness NAME VKEY [URL]'") }
        let key = try key(words[1], .cosignature)
        guard !policy.witnesses.contains(where: { $0.key.publicKey == key.publicKey }) else {
            throw error("the witness's key stands there twice")
        }
        guard policy.witnesses.count < WitnessPolicy.maximumEntries else { throw error("too many witnesses") }
        try define(words[0], as: .witness(key))
        policy.witnesses.append(
            WitnessPolicy.Witness(
                name: Self.text(words[0]), key: key, url: words.count > 2 ? Self.text(words[2]) : nil))
    }

    private mutating func takeGroup(_ words: [ArraySlice<UInt8>]) throws(WitnessPolicyError) {
        guard words.count >= 3 else { throw error("a group is 'group NAME all|any|NUMBER NAME…'") }
        let names = words.dropFirst(2)
        let threshold: Int? =
            switch Self.text(words[1]) {
            case "all": names.count
            case "any": 1
            default: DecimalNumber.parse(words[1]).flatMap { Int(exactly: $0) }
            }
        guard let threshold, (1...names.count).contains(threshold) else {
            throw error("of \(names.count) members neither all, any, nor a number from 1 to \(names.count) is asked")
        }
        guard groups < WitnessPolicy.maximumEntries else { throw error("too many groups") }
        groups += 1
        var rules: [WitnessPolicy.Rule] = []
        for name in names {
            let rule = try rule(name)
            // Once in the whole file, so that a witness has one voice.
            guard members.insert(Array(name)).inserted else { throw error("a member belongs to a group already") }
            rules.append(rule)
        }
        try define(words[0], as: .atLeast(threshold, of: rules))
    }

    private mutating func takeQuorum(_ words: [ArraySlice<UInt8>]) throws(WitnessPolicyError) {
        guard words.count == 1 else { throw error("the quorum is 'quorum NAME' or 'quorum none'") }
        guard !hasQuorum else { throw error("there is a quorum already") }
        hasQuorum = true
        guard Array(words[0]) != Self.none else { return }
        policy.quorum = try rule(words[0])
    }

    private mutating func define(
        _ name: ArraySlice<UInt8>, as rule: WitnessPolicy.Rule
    ) throws(WitnessPolicyError) {
        guard Array(name) != Self.none else { throw error("'none' is no name") }
        guard rules.updateValue(rule, forKey: Array(name)) == nil else { throw error("the name is used twice") }
    }

    private func rule(_ name: ArraySlice<UInt8>) throws(WitnessPolicyError) -> WitnessPolicy.Rule {
        guard let rule = rules[Array(name)] else { throw error("a name that no line above defines") }
        return rule
    }

    private func key(
        _ word: ArraySlice<UInt8>, _ algorithm: VerifierKey.Algorithm
    ) throws(WitnessPolicyError) -> VerifierKey {
        let text = String(validating: word, as: UTF8.self)
        guard let key = text.flatMap({ try? VerifierKey($0) }) else {
            throw error("the key is no vkey that we can use")
        }
        guard key.algorithm == algorithm else {
            throw error(
                algorithm == .ed25519
                    ? "the key is no log's key (Ed25519, type 0x01)"
                    : "the key is no witness's key (Ed25519 cosignature/v1, type 0x04)")
        }
        return key
    }

    private static func text(_ word: ArraySlice<UInt8>) -> String { String(decoding: word, as: UTF8.self) }

    private func error(_ reason: String) -> WitnessPolicyError { WitnessPolicyError(line: line, reason: reason) }
}
