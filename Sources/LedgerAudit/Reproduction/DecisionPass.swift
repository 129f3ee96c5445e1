internal import AuthorizationCore
internal import EventLog

/// Who is told of the decisions of a part of the log, and of what they consult, in the log's order.
protocol DecisionTaker: AnyObject {
    /// Whether ``recognise(_:)`` is asked at all.
    var recognises: Bool { get }

    func take(estate event: Event)
    /// An event of accounts that is no step of a decision, or an opening that fits no walker.
    func take(account event: Event)
    /// A refresh token that was presented, or something that is no longer believed.
    func take(end event: Event)
    func take(opening: QuickOpening, at position: Position)

    /// A step that no request stands before.
    func takeStray(_ decision: DecisionID, at position: Position)
    /// An outcome that names no decision.
    func takeNameless(at position: Position)

    /// Whether it is enough to know the decision by its holes: then it is not decoded.
    func recognise(_ seen: borrowing SeenDecision) throws(AuditError) -> Bool
    /// A decision in full, with its outcome. `kind` is nil where it is too irregular to have one.
    func take(_ decision: RecordedDecision, of kind: DecisionShape?) throws(AuditError)
}

/// A decision by the holes of its leaves.
struct SeenDecision: ~Copyable {
    let id: DecisionID
    let kind: DecisionShape
    let outcome: QuickOutcome
    /// The leaf of the outcome, while the decision is looked at.
    let leaf: UnsafeRawBufferPointer
    let holes: QuickDecision
}

enum QuickOutcome {
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

/// One pass over a part of the log: it puts the events of each decision together where its outcome stands.
struct DecisionPass<Taker: DecisionTaker>: ~Copyable {
    /// Decisions that may be under way at once; the request of any further one is looked up when its outcome comes.
    static var maximumOpen: Int { 100_000 }
    /// Events that are read at a time.
    private static var stride: Int64 { 512 }

    private let reader: any LedgerReader
    private let range: Range<Int64>
    private let taker: Taker
    private let isQuick: Bool
    private var quick = QuickReader()
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

    /// Without `isQuick` every decision is decoded.
    init(_ reader: any LedgerReader, _ range: Range<Int64>, to taker: Taker, isQuick: Bool) {
        self.reader = reader
        self.range = range
        self.taker = taker
        self.isQuick = isQuick
    }

    /// Reads all of it. Returns how many requests have no outcome in it.
    consuming func run(_ progress: (Int64, Int64) -> Void) throws(AuditError) -> Int {
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(range.upperBound, start + Self.stride)
            try read(start..<end)
            try settle()
            start = end
            progress(end - range.lowerBound, Int64(range.count))
        }
        leaveRow()
        return open.count
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
        switch type.inPass {
        case .none: break
        case .estate: taker.take(estate: try decode(entry))
        case .account: taker.take(account: try decode(entry))
        }
    }
}

// MARK: - Steps

extension DecisionPass {
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
            taker.take(opening: holes, at: Position(entry.position))
            if row.opening != 0 || envelope.app == nil { row.isQuick = false }
            row.opening = quick.number()
            row.holes.opening = holes
            return
        }
        let event = try decode(entry)
        if case .accounts(.opened) = event.data { taker.take(account: event) }
        guard let id = DecisionID(text: event.correlation) else { return leaveRow() }
        enterRow(id, entry)
        row.isQuick = false
    }

    /// A refresh token that was presented, or something that is no longer believed: a step of a decision, or a command.
    private mutating func takeEnd(_ entry: LeafChunk.Entry) throws(AuditError) {
        let event = try decode(entry)
        taker.take(end: event)
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
            taker.takeStray(id, at: Position(row.holes.first))
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

extension DecisionPass {
    private mutating func takeOutcome(_ entry: LeafChunk.Entry, at index: Int) throws(AuditError) {
        var outcome: QuickOutcome?
        let leaf = chunk.leaf(entry)
        if isQuick, taker.recognises {
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
                return taker.takeNameless(at: Position(entry.position))
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
            if let kind {
                let seen = SeenDecision(id: id, kind: kind, outcome: outcome, leaf: leaf, holes: row.holes)
                if try taker.recognise(seen) { return }
            }
        }
        try decodeAll(id, entry, at: index, request, kind)
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

    private func decodeAll(
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
        try taker.take(decision, of: kind)
    }
}

extension EventType {
    enum InPass {
        case none, estate, account
    }

    /// What an event of this type is to a pass, apart from the steps of decisions.
    var inPass: InPass {
        switch EventData(empty: self) {
        case .accounts: .account
        case let data: data.isEstate ? .estate : .none
        }
    }
}
