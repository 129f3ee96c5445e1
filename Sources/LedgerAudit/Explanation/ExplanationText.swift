internal import AuthorizationCore

extension Explanation {
    /// The explanation as lines of plain text. Whoever shows them on a terminal escapes them.
    public var lines: [String] {
        var lines = ["Decision \(decision.text)", summary, "Outcome at position \(position), \(recordedAt.text)."]
        for section in sections {
            lines += ["", section.heading]
            for statement in section.statements {
                let claim = statement.claim.map { "\($0) = \(statement.value ?? ""): " } ?? ""
                lines.append("  \(claim)\(statement.text)")
                lines += statement.events.map { "      ← \($0.line)" }
            }
        }
        return lines
    }
}

extension EventMark {
    /// Position, type, time and actor in one line.
    public var line: String {
        let by = actor.id == actor.kind.rawValue ? actor.id : "\(actor.kind.rawValue) \(actor.id)"
        return "position \(position)  \(type.rawValue)  \(recordedAt.text)  by \(by)"
    }
}
