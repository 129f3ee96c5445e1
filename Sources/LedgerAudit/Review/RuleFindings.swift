internal import AuthorizationCore

extension Estate {
    /// What an API's access rules leave open.
    func ruleFindings(
        of revision: APIRevision, api: APIID, in environment: EnvironmentName, positions: [Position]
    ) -> [Standing] {
        RuleReading(revision.accessRules).remarks.map { remark in
            Standing(
                remark.code, in: environment, about: [api.text, "rule \(remark.rule)"],
                "\(name(api.text)), rule \(remark.rule) (\(remark.name)): \(remark.text).", positions)
        }
    }
}

/// Reads rules as a reviewer does. Rules are numbered from 0, as access decisions name them.
struct RuleReading {
    struct Remark: Equatable {
        var code: ReviewCode
        var rule: Int
        var name: String
        var text: String
    }

    private let rules: [AccessRule]

    init(_ rules: [AccessRule]) { self.rules = rules }

    var remarks: [Remark] {
        var remarks: [Remark] = []
        func add(_ code: ReviewCode, _ index: Int, _ text: String) {
            remarks.append(Remark(code: code, rule: index, name: rules[index].name, text: text))
        }
        for (index, rule) in rules.enumerated() where rule.require.asksOnlyValidity {
            add(.endpointOnlyValidToken, index, "it lets in whoever brings any valid token")
        }
        if let last = rules.indices.last, rules[last].coversEverything {
            add(.permissiveLastRule, last, "it covers every method and path, so an endpoint that nobody named is open")
        }
        if let first = rules.firstIndex(where: \.coversEverything), first + 1 < rules.count {
            for index in (first + 1)..<rules.count where rules[index].path != nil {
                add(.ruleNeverReached, index, "rule \(first) covers all that it names")
            }
        }
        return remarks
    }
}

extension AccessRule {
    fileprivate var coversEverything: Bool { methods == ["*"] && path == "/**" }
}

extension AccessRequirement {
    /// Nothing but a token that is valid, for this audience.
    fileprivate var asksOnlyValidity: Bool {
        acr == nil && bound != true && caller == nil && equal.isEmpty && firstParty != true && grant == nil
            && maximumAgeSeconds == nil && scopes?.isEmpty != false && subjectType == nil && vot?.isEmpty != false
            && vtm == nil
    }

    /// Whether it asks for more than who the token is about: a level, how long ago it was proved, or a bound token.
    var isSensitive: Bool { acr != nil || vot?.isEmpty == false || maximumAgeSeconds != nil || bound == true }
}
