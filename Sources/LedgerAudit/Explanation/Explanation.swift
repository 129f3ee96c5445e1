public import AuthorizationCore

/// One decision, told step by step in plain sentences, with the events behind each.
///
/// It never says that a person did something: the ledger knows who held an app's credential and what an Identity
/// answered. A token is about an account; whoever holds it is another matter.
public struct Explanation: Sendable {
    public let decision: DecisionID
    /// Where the outcome stands.
    public let position: Position
    public let recordedAt: Timestamp
    /// The whole in one sentence.
    public let summary: String
    public let sections: [Section]
    /// What came of making the decision again.
    public let verdict: DecisionVerdict

    public struct Section: Sendable {
        public let heading: String
        public let statements: [Statement]
    }

    /// One sentence, or what a claim says and why.
    public struct Statement: Sendable {
        /// The claim, in a section of claims.
        public let claim: String?
        /// What the claim says.
        public let value: String?
        public let text: String
        /// The events that it rests on.
        public let events: [EventMark]

        init(_ text: String, _ events: [EventMark] = [], claim: String? = nil, value: String? = nil) {
            self.text = text
            self.events = events
            self.claim = claim
            self.value = value
        }
    }
}
