internal import AuthorizationCore
public import CanonicalJSON

extension ReviewReport {
    /// The review as one JSON object.
    public var json: JSONValue {
        var members: JSONObject = [
            "format": .string("authledger/review@v1"),
            "origin": .string(scope.origin), "from": .integer(scope.range.lowerBound),
            "before": .integer(scope.range.upperBound), "from_time": .string(scope.from.text),
            "to_time": .string(scope.to.text),
            "environments": .array(scope.environments.map { .string($0.text) }),
            "counts": .object(
                JSONObject(severities: { severity in Int64(count(of: severity)) })),
            "findings": .array(findings.map(\.json)),
            "totals": totals.json, "over_time": steps.json,
            "levels": .array(
                levels.map {
                    .object(["acr": $0.acr.map { .string($0) } ?? .null, "count": .integer($0.count)])
                }),
        ]
        members["chain_changes"] = .object([
            "count": .integer(Int64(chainChangeCount)), "changes": .array(chainChanges.map(\.json)),
        ])
        members["identities"] = .array(identities.map(\.json))
        members["tenets"] = .array(tenets.map(\.json))
        members["notes"] = .array(notes.map { .string($0) })
        return .object(members)
    }
}

extension JSONObject {
    fileprivate init(severities count: (ReviewSeverity) -> Int64) {
        self.init()
        for severity in ReviewSeverity.allCases { self[severity.rawValue] = .integer(count(severity)) }
    }
}

extension ReviewFinding {
    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "severity": .string(severity.rawValue), "code": .string(code.rawValue), "sentence": .string(sentence),
            "about": .array(about.map { .string($0) }), "events": .array(evidence.map(\.json)),
            "event_count": .integer(count), "mend": .string(mend),
        ]
        if let environment { members["environment"] = .string(environment.text) }
        if let endedAt { members["ended_at"] = .integer(endedAt.value) }
        return .object(members)
    }
}

extension ReviewFinding.Evidence {
    /// A position, or a place in an access log.
    fileprivate var json: JSONValue {
        guard let accessLog else { return .integer(position.value) }
        var members: JSONObject = ["access_log": .string(accessLog.text), "position": .integer(position.value)]
        if let row { members["row"] = .integer(Int64(row)) }
        return .object(members)
    }
}

extension ReviewReport.OutcomeCounts {
    fileprivate var json: JSONValue {
        .object([
            "issued": .integer(issued), "rejected": .integer(rejected), "unavailable": .integer(unavailable),
            "throttled": .integer(throttled), "refused": .integer(refused),
        ])
    }
}

extension ReviewReport.Totals {
    fileprivate var json: JSONValue {
        var reasons = JSONObject()
        for (reason, count) in refused.sorted(by: { $0.key < $1.key }) { reasons[reason] = .integer(count) }
        var members: JSONObject = [
            "events": .integer(events), "estate_events": .integer(estateEvents), "requests": .integer(requests),
            "attempts": .integer(attempts), "outcomes": outcomes.json, "refused": .object(reasons),
            "bound": .integer(bound), "bearer": .integer(bearer), "several_audiences": .integer(severalAudiences),
            "longest_lifetime_seconds": .integer(longestLifetime), "families": .integer(families),
            "refreshes": .integer(refreshes), "revocations": .integer(revocations),
            "audit_reads": .integer(auditReads), "commands_refused": .integer(commandsRefused),
            "under_way": .integer(open),
        ]
        if let access {
            members["access"] = .object([
                "allowed": .integer(access.allowed), "denied": .integer(access.denied), "bound": .integer(access.bound),
            ])
        }
        return .object(members)
    }
}

extension ReviewReport.Steps {
    fileprivate var json: JSONValue {
        .object([
            "start": .string(start.text), "seconds": .integer(seconds),
            "steps": .array(
                outcomes.indices.map { index in
                    .object([
                        "outcomes": outcomes[index].json, "attempts": .integer(attempts[index]),
                        "bound": .integer(bound[index]), "bearer": .integer(bearer[index]),
                    ])
                }),
        ])
    }
}

extension ReviewReport.ChainChange {
    fileprivate var json: JSONValue {
        .object([
            "position": .integer(position.value), "at": .string(at.text), "type": .string(type.rawValue),
            "environment": .string(environment.text), "api": .string(api.text), "api_name": .string(apiName),
            "joined": .array(joined.map { .string($0) }), "left": .array(left.map { .string($0) }),
            "length": .integer(Int64(length)),
        ])
    }
}

extension ReviewReport.IdentityLine {
    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "identity": .string(identity.text), "name": .string(name), "asked": .integer(asked),
            "accepted": .integer(accepted), "rejected": .integer(rejected), "indeterminate": .integer(indeterminate),
            "skipped": .integer(skipped),
        ]
        if let environment { members["environment"] = .string(environment.text) }
        if let medianMilliseconds { members["median_ms"] = .integer(medianMilliseconds) }
        if let ninetiethMilliseconds { members["p90_ms"] = .integer(ninetiethMilliseconds) }
        return .object(members)
    }
}

extension ReviewReport.Tenet {
    fileprivate var json: JSONValue {
        .object([
            "number": .integer(Int64(number)), "title": .string(title), "statement": .string(statement),
            "figures": .array(figures.map { .object(["label": .string($0.label), "value": .string($0.value)]) }),
            "queries": .array(queries.map { .object(["command": .string($0.command), "gives": .string($0.gives)]) }),
            "codes": .array(codes.map { .string($0.rawValue) }),
        ])
    }
}
