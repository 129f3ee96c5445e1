internal import AuthorizationCore
public import CanonicalJSON

extension Explanation {
    /// The explanation as a JSON object.
    public var json: JSONValue {
        .object([
            "decision": .string(decision.text),
            "position": .integer(position.value),
            "recorded_at": .string(recordedAt.text),
            "summary": .string(summary),
            "answer": .string(verdict.answer),
            "sections": .array(
                sections.map { section in
                    .object([
                        "heading": .string(section.heading),
                        "statements": .array(section.statements.map(\.json)),
                    ])
                }),
        ])
    }
}

extension Explanation.Statement {
    fileprivate var json: JSONValue {
        var object: JSONObject = ["text": .string(text), "events": .array(events.map(\.json))]
        if let claim { object["claim"] = .string(claim) }
        if let value { object["value"] = .string(value) }
        return .object(object)
    }
}
