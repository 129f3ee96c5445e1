extension EventData {
    /// Turns references into the same append into positions, once the writer knows where the append starts.
    public mutating func placeReferences(at first: Position) {
        if case .tokens(.issued(var data)) = self {
            data.attempts = data.attempts.map { $0.placed(at: first) }
            data.because = data.because.map { Justification(claim: $0.claim, event: $0.event.placed(at: first)) }
            self = .tokens(.issued(data))
        } else if case .tokens(.refused(var data)) = self {
            data.attempts = data.attempts.map { $0.placed(at: first) }
            self = .tokens(.refused(data))
        } else if case .accounts(.merged(var data)) = self {
            data.proposal = data.proposal.placed(at: first)
            self = .accounts(.merged(data))
        } else if case .accounts(.split(var data)) = self {
            data.merge = data.merge.placed(at: first)
            self = .accounts(.split(data))
        }
    }
}
