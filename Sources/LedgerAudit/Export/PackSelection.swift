internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog

/// Which events of a ledger go into a pack.
struct PackSelection {
    private let question: HistoryFilter
    private let size: Int64
    /// The positions that are asked about, as far as the checkpoint covers them.
    private(set) var range: Range<Int64> = 0..<0
    private(set) var beyondCheckpoint: Int64 = 0
    /// Where answers can stand.
    private var answers: Range<Int64> = 0..<0
    private(set) var choice = Choice()

    init(_ question: HistoryFilter, _ checkpoint: Checkpoint) {
        self.question = question
        size = Int64(checkpoint.size)
    }

    var count: Int { choice.positions.count }
    /// How many events the search looked at.
    var searched: Int64 { Int64(answers.count) }

    /// Where events of the same decisions can stand.
    var window: Range<Int64> {
        max(0, answers.lowerBound - History.lookback)..<min(size, answers.upperBound + History.lookback)
    }

    /// Events that were picked, and the decisions that they belong to.
    struct Choice {
        fileprivate(set) var positions: [Int64] = []
        fileprivate(set) var decisions: Set<DecisionID> = []
        private var next = 0

        /// Whether the event belongs into the pack. Positions ascend from call to call.
        mutating func takes(_ position: Position, _ leaf: UnsafeRawBufferPointer) -> Bool {
            while next < positions.count, positions[next] < position.value { next += 1 }
            if next < positions.count, positions[next] == position.value { return true }
            return Self.decision(of: leaf).map { decisions.contains($0) } ?? false
        }

        /// The decision that an event belongs to, read without the rest of it.
        private static func decision(of leaf: UnsafeRawBufferPointer) -> DecisionID? {
            var reader = CanonicalReader(leaf)
            do throws(JSONParseError) {
                try reader.beginObject()
                try reader.name("actor")
                try reader.skipValue()
                try reader.name("blind")
                _ = try reader.stringBytes()
                try reader.name("correlation")
                return DecisionID(text: String(decoding: try reader.stringBytes(), as: UTF8.self))
            } catch {
                return nil
            }
        }
    }

    /// Finds the events that answer the question.
    mutating func search(_ reader: any LedgerReader, _ progress: (Int64, Int64) -> Void) throws(AuditError) {
        try setRange(reader)
        guard !answers.isEmpty else { return }
        var filter = question
        filter.from = .position(Position(answers.lowerBound))
        filter.to = .position(Position(answers.upperBound - 1))
        // One more than there may be shows that there are too many.
        filter.limit = EvidencePack.maximumEvents + 1
        var found = Choice()
        let steps = Int64(answers.count) + Int64(window.count)
        _ = try History(filter).run(reader, progress: { done, _ in progress(min(done, steps), steps) }) { entry in
            found.positions.append(entry.event.position.value)
            if let decision = DecisionID(text: entry.event.correlation) { found.decisions.insert(decision) }
        }
        choice = found
    }

    private mutating func setRange(_ reader: any LedgerReader) throws(AuditError) {
        var (start, end) = (Int64(0), try reader.headSize())
        if let from = question.from { start = try reader.size(before: from) }
        if let to = question.to { end = try reader.size(through: to) }
        beyondCheckpoint = max(0, end - max(start, size))
        end = min(end, size)
        range = min(start, end)..<end
        answers = range
        // A decision that ended has all its events just before its outcome: no need to look at all others.
        guard question.tokens.isEmpty, !question.decisions.isEmpty else { return }
        var outcomes: [Int64] = []
        for decision in question.decisions {
            let outcome: Position?
            do throws(StoreError) { outcome = try reader.outcome(of: decision) } catch { throw .store(error) }
            guard let outcome else { return }
            outcomes.append(outcome.value)
        }
        if let first = outcomes.min(), let last = outcomes.max() {
            answers = range.clamped(to: max(0, first - History.lookback)..<last + 1)
        }
    }

    /// Behind the last event of the pack, or of the range.
    func end(after leaves: [MultiProof.Leaf]) -> Int64 {
        max(range.upperBound, Int64((leaves.last?.index ?? 0) + 1))
    }
}
