internal import AuthorizationCore

/// Issued tokens by what is alike in them, judged by the rules that stood when they were issued.
struct TokenBook {
    private struct Key: Hashable {
        var issuer: Int
        var audience: Int
        var level: Int?
        var trust: Int?
        var isBound: Bool
    }

    /// What is wrong with tokens of one kind, by the API and rule.
    struct Fault: Hashable {
        var code: ReviewCode
        var environment: EnvironmentName
        var api: APIID
        var rule: Int
        var sentence: String
    }

    private var kinds: [Key: [Fault]] = [:]
    private var known: (Key, [Fault])?
    private(set) var faults: [Fault: Proof] = [:]
    private(set) var order: [Fault] = []
    private(set) var levels: [Int?: Int64] = [:]
    private(set) var unjudged: Int64 = 0

    /// The rules may be others from here on.
    mutating func forgetRules() {
        kinds.removeAll(keepingCapacity: true)
        known = nil
    }

    mutating func add(_ token: TokenRead, at position: Position, _ estate: Estate, _ words: WordTable) {
        levels[token.level, default: 0] += 1
        let key = Key(
            issuer: token.issuer, audience: token.audience, level: token.level, trust: token.trust,
            isBound: token.isBound)
        let found: [Fault]
        if let known, known.0 == key {
            found = known.1
        } else if let kind = kinds[key] {
            found = kind
        } else {
            guard kinds.count < ReviewLimits.maximumTokenKinds else { return unjudged += 1 }
            found = judge(token, estate, words)
            kinds[key] = found
        }
        known = (key, found)
        for fault in found {
            if faults[fault] == nil { order.append(fault) }
            faults[fault, default: Proof()].add(position)
        }
    }

    private func judge(_ token: TokenRead, _ estate: Estate, _ words: WordTable) -> [Fault] {
        let issuer = words.text(token.issuer)
        guard let environment = estate.environments.values.first(where: { $0.issuer == issuer }) else { return [] }
        let text = words.text(token.audience)
        let audience = Set(text.split(separator: "\"").filter { $0 != "," }.map(String.init))
        let level = token.level.map { words.text($0) }
        let trust = token.trust.map { words.text($0) }
        return environment.apis.sorted { $0.key < $1.key }.flatMap { id, deployment -> [Fault] in
            guard let revision = estate.apis[id]?.revision(deployment.revision),
                audience.contains(revision.resource(in: environment.issuer))
            else { return [] }
            return revision.accessRules.enumerated().flatMap { index, rule -> [Fault] in
                func fault(_ code: ReviewCode, _ text: String) -> Fault {
                    Fault(
                        code: code, environment: environment.name, api: id, rule: index,
                        sentence: "\(estate.name(id.text)), rule \(index) (\(rule.name)): \(text).")
                }
                var faults: [Fault] = []
                if let demanded = rule.require.acr, estate.isLevel(level, below: demanded) {
                    faults.append(
                        fault(
                            .tokenBelowLevel,
                            "it asks for level \(demanded), and tokens were issued with \(level ?? "none")"))
                } else if let accepted = rule.require.vot, !accepted.isEmpty, !accepted.contains(trust ?? "") {
                    faults.append(
                        fault(
                            .tokenBelowLevel,
                            "it asks for vector of trust \(accepted.joined(separator: " or ")), and tokens were issued "
                                + "with \(trust ?? "none")"))
                }
                if !token.isBound, rule.require.isSensitive || revision.requireBound {
                    faults.append(
                        fault(
                            .bearerOnSensitiveEndpoint,
                            rule.require.bound == true
                                ? "it asks for bound tokens, and bearer tokens were issued for the API"
                                : "it is sensitive, and bearer tokens, which whoever copies them can use, were issued for it"
                        ))
                }
                return faults
            }
        }
    }
}

extension Estate {
    /// Whether a token's level does not reach what is demanded. Levels of different schemes are never compared.
    func isLevel(_ level: String?, below demanded: String) -> Bool {
        guard let level else { return true }
        guard level != demanded else { return false }
        for levels in schemes.values {
            if let has = levels.firstIndex(of: level), let needs = levels.firstIndex(of: demanded) {
                return has < needs
            }
        }
        return true
    }
}
