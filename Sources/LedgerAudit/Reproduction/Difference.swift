public import AuthorizationCore

/// A point in which a decision, made again over what was recorded, comes out otherwise than the record says.
public struct Difference: Sendable, Equatable {
    /// The claim (`aud`) or the step (`order`, `chain`, `reason`, `winner`, …).
    public let what: String
    /// The event that says otherwise.
    public let position: Position
    /// What the record says, and what comes out; empty where the step has no value.
    public let recorded: String
    public let replayed: String

    init(_ what: String, at position: Position, recorded: String = "", replayed: String = "") {
        self.what = what
        self.position = position
        self.recorded = Self.cut(recorded)
        self.replayed = Self.cut(replayed)
    }

    /// The longest value that a report repeats.
    private static let maximumCharacters = 400

    private static func cut(_ text: String) -> String {
        text.count <= maximumCharacters ? text : String(text.prefix(maximumCharacters)) + "…"
    }

    /// `aud: recorded …, replayed …`
    public var sentence: String {
        switch (recorded.isEmpty, replayed.isEmpty) {
        case (true, true): what
        case (false, true): "\(what): \(recorded)"
        case (true, false): "\(what): \(replayed)"
        case (false, false): "\(what): recorded \(recorded), replayed \(replayed)"
        }
    }
}

/// What became of making one decision again.
public struct DecisionVerdict: Sendable {
    public let decision: DecisionID
    /// Where its outcome stands.
    public let position: Position
    /// The first one is the first step that differs. Empty when the decision comes out as recorded.
    public var differences: [Difference] = []
    /// Sealed values that the comparison would have needed, and that could not be opened.
    public var closed = 0
    /// Of these, those that were erased.
    public var erased = 0
    /// What others of its kind can be told by.
    var learnt: ReplayedShape?
    /// The vault that they lie in.
    var vault: VaultID?
    /// The engine that made the decision, where this program does not know it. Nothing was compared then.
    public var unknownEngine: Int64?

    init(of decision: DecisionID, at position: Position) {
        self.decision = decision
        self.position = position
    }

    /// `identical`, `identical, 2 values sealed`, `identical, 2 values erased` or `different: aud`.
    public var answer: String {
        if let unknownEngine { return "not reproduced: engine \(unknownEngine) is not known" }
        if let first = differences.first { return "different: \(first.what)" }
        guard closed > 0 else { return "identical" }
        let values = closed == 1 ? "1 value" : "\(closed) values"
        return "identical, \(values) \(erased > 0 ? "erased" : "sealed")"
    }
}
