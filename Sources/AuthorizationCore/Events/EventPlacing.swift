extension EventData {
    /// Turns references into positions, once the writer knows where the append starts, and where its admission did.
    public mutating func placeReferences(at first: Position, admission: Position? = nil) {
        if case .tokens(.issued(var data)) = self {
            data.attempts = data.attempts.map { $0.placed(at: first, admission: admission) }
            data.because = data.because.map {
                Justification(claim: $0.claim, event: $0.event.placed(at: first, admission: admission))
            }
            self = .tokens(.issued(data))
        } else if case .tokens(.refused(var data)) = self {
            data.attempts = data.attempts.map { $0.placed(at: first, admission: admission) }
            self = .tokens(.refused(data))
        } else if case .accounts(.merged(var data)) = self {
            data.proposal = data.proposal.placed(at: first, admission: admission)
            self = .accounts(.merged(data))
        } else if case .accounts(.split(var data)) = self {
            data.merge = data.merge.placed(at: first, admission: admission)
            self = .accounts(.split(data))
        }
    }
}
