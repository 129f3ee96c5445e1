internal import AuthorizationCore
public import CanonicalJSON

extension WhatIfReport {
    /// `{"decisions", "totals": {"same", "gained", "lost", "unknowable"}, "bounds", "tokens", …}`, without the decisions
    /// that ``named`` holds.
    public var json: JSONValue {
        .object([
            "changes": .array(changes.map { .string($0) }),
            "from": .integer(range.lowerBound),
            "to": .integer(range.upperBound - 1),
            "decisions": .integer(Int64(totals.decisions)),
            "totals": totals.json,
            "bounds": totals.bounds,
            "tokens": .object([
                "recorded": .integer(Int64(totals.tokens)),
                "would_have_been": WhatIfTotals.range(totals.tokenBounds),
                "kept_but_different": .integer(Int64(changedTokens)),
                "different_claims": .object(
                    changedClaims.reduce(into: JSONObject()) { $0[$1.claim] = .integer(Int64($1.count)) }),
            ]),
            "never_asked": .array(
                unasked.map { identity, name, count in
                    .object([
                        "identity": .string(identity.text), "name": .string(name), "decisions": .integer(Int64(count)),
                    ])
                }),
            "by_app": .array(byApp.map { $0.json("app") }),
            "by_api": .array(byAPI.map { $0.json("api") }),
            "changed_count": .integer(Int64(changedDecisions)),
            "open": .integer(Int64(open)),
            "premises": .string(Self.premises),
        ])
    }
}

extension WhatIfTotals {
    var json: JSONValue {
        .object([
            "same": .integer(Int64(same)), "gained": .integer(Int64(gained)), "lost": .integer(Int64(lost)),
            "unknowable": .integer(Int64(unknowable)),
        ])
    }

    var bounds: JSONValue {
        .object([
            "same": Self.range(sameBounds), "gained": Self.range(gainedBounds), "lost": Self.range(lostBounds),
        ])
    }

    static func range(_ bounds: ClosedRange<Int>) -> JSONValue {
        .object(["at_least": .integer(Int64(bounds.lowerBound)), "at_most": .integer(Int64(bounds.upperBound))])
    }
}

extension WhatIfGroup {
    fileprivate func json(_ kind: String) -> JSONValue {
        var object: JSONObject = [
            "environment": .string(environment.text), "totals": totals.json, "bounds": totals.bounds,
        ]
        if let id { object[kind] = .string(id) }
        if let name { object["name"] = .string(name) }
        return .object(object)
    }
}

extension WhatIfDecision {
    public var json: JSONValue {
        var object: JSONObject = [
            "decision": .string(decision.text),
            "position": .integer(position.value),
            "verdict": .string(verdict.rawValue),
            "environment": .string(environment.text),
            "apis": .array(apis.map { .string($0.text) }),
            "recorded": .string(recorded),
            "imagined": .array(imagined.map { .string($0) }),
            "reason": .string(reason),
        ]
        if let app { object["app"] = .string(app.text) }
        if let appName { object["app_name"] = .string(appName) }
        if let account { object["account"] = .string(account.text) }
        return .object(object)
    }
}
