internal import AuthorizationCore
internal import EventLog

/// One pass over a part of the log: folds what it reads, and makes each decision again where its outcome stands.
struct ReproductionPass: ~Copyable {
    /// Decisions that may be under way at once; the request of any further one is looked up when its outcome comes.
    static let maximumOpen = 100_000
    /// Events that are read at a time.
    private static let stride: Int64 = 512

    private let reader: any LedgerReader
    private let range: Range<Int64>
    private let opener: SealedOpening
    /// What decisions consulted, as far as it is not folded: read by index.
    private let indexed: IndexedState
    /// Nil when the pass does not begin where the log does.
    private let folded: FoldedState?
    private let isQuick: Bool
    private var report: ReproductionReport
    private var quick = QuickReader()
    private var check = QuickCheck()
    private var chunk = LeafChunk()
    private var open: [DecisionID: OpenRequest] = [:]
    /// Those of ``open`` whose request stands in the chunk at hand.
    private var openedHere: [DecisionID] = []
    private var row = StepRow()

    /// A request whose outcome was not read yet.
    private struct OpenRequest {
        var position: Int64
        /// 0 where the request does not fit any walker.
        var number = 0
        var holes = QuickRequest()
        /// Its place in the chunk at hand, or a copy of its bytes.
        var entry: Int
        var copy: [UInt8] = []
        /// Something stands where no decision of ours has it: it is gathered from the log.
        var isIrregular = false
    }

    /// The steps that stand in a row before an outcome.
    private struct StepRow {
        var decision: DecisionID?
        var entries = 0
        var attempts = SIMD8<Int32>()
        var opening = 0
        /// Every step fits a walker.
        var isQuick = true
        var holes = QuickDecision()
    }

    init(
        _ reader: any LedgerReader, _ range: Range<Int64>, _ opener: SealedOpening, vaultsGiven: Bool, isQuick: Bool
    ) throws(AuditError) {
        self.reader = reader
        self.range = range
        self.opener = opener
        self.isQuick = isQuick && !vaultsGiven
        indexed = try IndexedState(reader, below: Position(range.upperBound))
        folded = range.lowerBound == 0 ? FoldedState(reader) : nil
        report = ReproductionReport(vaultsGiven: vaultsGiven)
    }

    consuming func run(_ progress: (Int64, Int64) -> Void) throws(AuditError) -> ReproductionReport {
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(range.upperBound, start + Self.stride)
            try read(start..<end)
            try settle()
            start = end
            progress(end - range.lowerBound, Int64(range.count))
        }
        leaveRow()
        report.open = open.count
        report.finish()
        return report
    }

    private mutating func read(_ part: Range<Int64>) throws(AuditError) {
        do throws(StoreError) {
            try reader.scan(part) { (position, leaf, _) in
                chunk.append(leaf, QuickReader.kind(of: leaf), at: position.value)
                return true
            }
        } catch {
            throw .store(error)
        }
    }

    /// Looks at what was read; the steps of a row that goes on are kept for the next time.
    private mutating func settle() throws(AuditError) {
        for index in row.entries..<chunk.entries.count {
            let entry = chunk.entries[index]
            switch entry.kind {
            case .other: try takeOther(entry)
            case .requested: try takeRequest(entry, at: index)
            case .attempted, .opened: try takeStep(entry)
            case .rotated, .revoked: try takeEnd(entry)
            case .issued, .refused: try takeOutcome(entry, at: index)
            }
        }
        for id in openedHere {
            guard let entry = open[id]?.entry, entry >= 0 else { continue }
            open[id]?.copy = Array(chunk.leaf(chunk.entries[entry]))
            open[id]?.entry = -1
        }
        openedHere.removeAll(keepingCapacity: true)
        chunk.keep(last: row.entries)
    }

    private func decode(_ entry: LeafChunk.Entry) throws(AuditError) -> Event {
        try decode(chunk.leaf(entry), at: entry.position)
    }

    private func decode(_ leaf: UnsafeRawBufferPointer, at position: Int64) throws(AuditError) -> Event {
        guard let event = try? RecordedForm.decode(leaf), event.position.value == position else {
            throw .noEvent(Position(position))
        }
        return event
    }

    private mutating func takeOther(_ entry: LeafChunk.Entry) throws(AuditError) {
        guard let type = try? RecordedForm.type(of: chunk.leaf(entry)) else {
            throw .noEvent(Position(entry.position))
        }
        leaveRow()
        switch type.reproduction {
        case .none: break
        case .estate: folded?.take(estate: try decode(entry))
        case .account:
            let event = try decode(entry)
            folded?.take(account: event)
            folded?.take(end: event)
            report.note(event.data)
        }
    }
}

// MARK: - Steps

extension ReproductionPass {
    private mutating func takeRequest(_ entry: LeafChunk.Entry, at index: Int) throws(AuditError) {
        leaveRow()
        var request = OpenRequest(position: entry.position, entry: index)
        let id: DecisionID
        if isQuick, let (envelope, holes) = quick.request(chunk.leaf(entry)), envelope.position == entry.position,
            envelope.app == holes.app
        {
            id = envelope.decision
            request.holes = holes
            request.number = quick.number()
        } else {
            guard let named = DecisionID(text: try decode(entry).correlation) else { return }
            id = named
        }
        guard open[id] == nil else {
            open[id]?.isIrregular = true
            return
        }
        guard open.count < Self.maximumOpen else { return }
        open[id] = request
        openedHere.append(id)
    }

    private mutating func takeStep(_ entry: LeafChunk.Entry) throws(AuditError) {
        let leaf = chunk.leaf(entry)
        if entry.kind == .attempted {
            if isQuick, let (envelope, holes) = quick.attempt(leaf), envelope.position == entry.position {
                enterRow(envelope.decision, entry)
                let place = row.holes.attempts.count
                guard row.opening == 0, place < DecisionShape.maximumAttempts else { return row.isQuick = false }
                row.attempts[place] = Int32(truncatingIfNeeded: quick.number())
                row.holes.attempts.append(holes)
                if envelope.app == nil { row.isQuick = false }
                return
            }
        } else if isQuick, let (envelope, holes) = quick.opening(leaf), envelope.position == entry.position {
            enterRow(envelope.decision, entry)
            folded?.open(holes, at: Position(entry.position))
            if row.opening != 0 || envelope.app == nil { row.isQuick = false }
            row.opening = quick.number()
            row.holes.opening = holes
            return
        }
        let event = try decode(entry)
        if case .accounts(.opened) = event.data { folded?.take(account: event) }
        guard let id = DecisionID(text: event.correlation) else { return leaveRow() }
        enterRow(id, entry)
        row.isQuick = false
    }

    /// A refresh token that was presented, or something that is no longer believed: a step of a decision, or a command.
    private mutating func takeEnd(_ entry: LeafChunk.Entry) throws(AuditError) {
        let event = try decode(entry)
        folded?.take(end: event)
        guard let id = DecisionID(text: event.correlation) else { return leaveRow() }
        enterRow(id, entry)
        row.isQuick = false
    }

    /// The step goes on with the row of its decision, or begins one.
    private mutating func enterRow(_ id: DecisionID, _ entry: LeafChunk.Entry) {
        if row.decision != id {
            leaveRow()
            row.decision = id
            row.holes.first = entry.position
        }
        row.entries += 1
    }

    /// Steps that no outcome follows at once are gathered from the log when it comes.
    private mutating func leaveRow() {
        guard let id = row.decision else { return }
        if open[id] != nil {
            open[id]?.isIrregular = true
        } else {
            report.takeStray(id, at: Position(row.holes.first))
        }
        clearRow()
    }

    private mutating func clearRow() {
        row.decision = nil
        row.entries = 0
        row.attempts = SIMD8()
        row.opening = 0
        row.isQuick = true
        row.holes.attempts.removeAll(keepingCapacity: true)
        row.holes.opening = nil
    }
}

// MARK: - Outcomes

extension ReproductionPass {
    private enum QuickOutcome {
        case token(QuickEnvelope, QuickToken)
        case refusal(QuickEnvelope, QuickRefusal)

        var envelope: QuickEnvelope {
            switch self {
            case .token(let envelope, _), .refusal(let envelope, _): envelope
            }
        }
        var consulted: Int64 {
            switch self {
            case .token(_, let token): token.consulted
            case .refusal(_, let refusal): refusal.consulted
            }
        }
    }

    private mutating func takeOutcome(_ entry: LeafChunk.Entry, at index: Int) throws(AuditError) {
        var outcome: QuickOutcome?
        let leaf = chunk.leaf(entry)
        if isQuick, folded != nil {
            outcome =
                entry.kind == .issued
                ? quick.token(leaf).map { .token($0, $1) } : quick.refusal(leaf).map { .refusal($0, $1) }
            if let position = outcome?.envelope.position, position != entry.position { outcome = nil }
        }
        let number = outcome == nil ? 0 : quick.number()
        let id: DecisionID
        if let outcome {
            id = outcome.envelope.decision
        } else {
            guard let named = DecisionID(text: try decode(entry).correlation) else {
                leaveRow()
                return report.takeNameless(at: Position(entry.position))
            }
            id = named
        }
        if row.decision != nil, row.decision != id { leaveRow() }
        if row.decision == nil { row.holes.first = entry.position }
        let request = open.removeValue(forKey: id)
        defer { clearRow() }
        var kind: DecisionShape?
        if let outcome {
            kind = self.kind(of: outcome, number, request)
            if let kind, try recognise(outcome, leaf, id, kind, request) { return }
        }
        try makeAgain(id, entry, at: index, request, kind)
    }

    /// Nil for a decision that is too irregular to have one.
    private mutating func kind(of outcome: QuickOutcome, _ number: Int, _ request: OpenRequest?) -> DecisionShape? {
        guard row.isQuick else { return nil }
        var kind = DecisionShape()
        kind.attempts = row.attempts
        kind.opening = row.opening
        kind.outcome = number
        if let request {
            guard !request.isIrregular, request.number != 0 else { return nil }
            row.holes.request = request.holes
            row.holes.requestPosition = request.position
            kind.request = request.number
        } else {
            guard case .refusal(_, let refusal) = outcome, let holes = refusal.request, row.entries == 0 else {
                return nil
            }
            row.holes.request = holes
            row.holes.requestPosition = 0
        }
        kind.app = row.holes.request.app
        // Strangers are on the record as nobody, whatever app they named.
        if request != nil, outcome.envelope.app != kind.app { return nil }
        if request == nil, let app = outcome.envelope.app, app != kind.app { return nil }
        return kind
    }

    /// Whether the decision is one of a kind that was made again on the same estate, and comes out the same.
    private mutating func recognise(
        _ outcome: QuickOutcome, _ leaf: UnsafeRawBufferPointer, _ id: DecisionID, _ kind: DecisionShape,
        _ request: OpenRequest?
    ) throws(AuditError) -> Bool {
        guard let folded, let version = folded.known(at: Position(outcome.consulted)), let known = version.kinds[kind]
        else { return false }
        let result: QuickCheck.Result
        switch outcome {
        case .refusal(_, let refusal):
            result = check.refusal(row.holes, refusal, by: known, on: version)
        case .token(_, let token):
            let winner = known.token.map { $0.winner } ?? 0
            let reference =
                winner < row.holes.attempts.count ? row.holes.attempts[winner].subjectReference : nil
            result = check.token(
                row.holes, token, leaf, id: id, by: known, on: version,
                standing: reference.flatMap { folded.standing(of: $0, before: Position(row.holes.first)) })
        }
        switch result {
        case .identical: report.takeIdentical()
        case .sealed(let vault): report.takeIdentical(sealed: 2, in: vault)
        case .unknown: return false
        }
        if case .token(let envelope, let token) = outcome, let refresh = token.refresh {
            folded.issue(refresh.family, generation: 0, at: Position(envelope.position))
        }
        return true
    }

    private mutating func makeAgain(
        _ id: DecisionID, _ entry: LeafChunk.Entry, at index: Int, _ request: OpenRequest?, _ kind: DecisionShape?
    ) throws(AuditError) {
        var decision = RecordedDecision(id)
        if let request {
            let event =
                request.entry >= 0
                ? try decode(chunk.entries[request.entry])
                : try request.copy.withUnsafeBufferPointer { (bytes) throws(AuditError) -> Event in
                    try decode(UnsafeRawBufferPointer(bytes), at: request.position)
                }
            if let step = DecisionStep(event) { decision.take(step) }
        }
        for place in (index - row.entries)...index {
            if let step = DecisionStep(try decode(chunk.entries[place])) { decision.take(step) }
        }
        if decision.request == nil || decision.outcome == nil || request?.isIrregular == true {
            let search = DecisionSearch(reader)
            guard let found = try search.gather(id, outcomeAt: Position(entry.position)) else {
                throw .noEvent(Position(entry.position))
            }
            decision = found
        }
        let verdict = try self.verdict(on: decision)
        report.take(verdict)
        if case .issued(let token) = decision.outcome?.data, let refresh = token.refresh {
            folded?.issue(refresh.family, generation: refresh.generation, at: Position(entry.position))
        }
        if let kind, let learnt = verdict.learnt, verdict.differences.isEmpty, let folded,
            let consulted = decision.outcome?.data.consulted, let version = folded.known(at: consulted)
        {
            version.learn(learnt, of: kind)
        }
    }

    private func verdict(on decision: RecordedDecision) throws(AuditError) -> DecisionVerdict {
        guard let outcome = decision.outcome else { throw .noSuchDecision(decision.id) }
        if let folded {
            do throws(ReplayFault) {
                return try DecisionReplay.verdict(on: decision, outcome, in: folded, opening: opener)
            } catch {
                if case .audit(let error) = error { throw error }
            }
        }
        return try Reproduction.verdict(on: decision, in: indexed, opener)
    }
}

extension EventType {
    enum InReproduction {
        case none, estate, account
    }

    /// What an event of this type is to a reproduction, apart from the steps of decisions.
    var reproduction: InReproduction {
        switch EventData(empty: self) {
        case .accounts: .account
        case let data: data.isEstate ? .estate : .none
        }
    }
}
