internal import AuthorizationCore
public import CanonicalJSON

extension ReproductionReport {
    /// `{"decisions", "identical", "erased", "sealed", "different": […], "unknown_engine": […], "open", "on_trust"}`;
    /// of one decision also its `answer`.
    public var json: JSONValue {
        var object: JSONObject = [
            "decisions": .integer(Int64(decisions)),
            "identical": .integer(Int64(identical)),
            "recognised": .integer(Int64(recognised)),
            "erased": .integer(Int64(erased)),
            "sealed": .integer(Int64(sealed)),
            "different": .array(different.map(\.json)),
            "different_count": .integer(Int64(differentCount)),
            "unknown_engine": .array(unknown.map(\.json)),
            "unknown_engine_count": .integer(Int64(unknownCount)),
            "open": .integer(Int64(open)),
            "answer": .string(answer),
            "on_trust": .string(Self.onTrust),
        ]
        if let single { object["decision"] = .string(single.decision.text) }
        return .object(object)
    }
}

extension DecisionVerdict {
    var json: JSONValue {
        .object([
            "decision": .string(decision.text),
            "position": .integer(position.value),
            "answer": .string(answer),
            "differences": .array(
                differences.map { difference in
                    .object([
                        "what": .string(difference.what), "position": .integer(difference.position.value),
                        "recorded": .string(difference.recorded), "replayed": .string(difference.replayed),
                    ])
                }),
        ])
    }
}
