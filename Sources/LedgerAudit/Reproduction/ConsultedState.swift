internal import AuthorizationCore
internal import EventLog

/// What a decision can have consulted: a fold of the log at each of its positions, and of nothing else.
protocol ConsultedState: AnyObject {
    /// The estate after the first `size` events.
    func version(at size: Position) throws(ReplayFault) -> EstateVersion

    /// The account that a subject has after the events before `limit`. `hint` is where the record says that it was
    /// opened; it is believed only as far as the event there says so.
    func standing(
        of reference: SubjectReference, before limit: Position, hint: Position?
    ) throws(ReplayFault) -> AccountStanding?

    /// A refresh token family as the events before `limit` made it; nil where none began.
    func family(_ id: FamilyID, before limit: Position) throws(ReplayFault) -> RefreshFamily?

    /// Whether something that names no token in particular, before `limit`, ended a family or token.
    func endsBroadly(_ token: IssuedFacts, before limit: Position) throws(ReplayFault) -> Bool

    /// The attempt that stands at a place.
    func attempt(at position: Position) throws(ReplayFault) -> Recorded<ValidationAttempted>?

    /// Whether an event in the range touched the environment's fence or that of the whole estate.
    func moved(_ environment: EnvironmentName, in range: Range<Position>) throws(ReplayFault) -> Bool
}

/// Reads what it needs by index, and folds estate events alone: for one decision, or a few of many.
final class IndexedState: ConsultedState {
    private let reader: any LedgerReader
    private let positions: [Position]
    private var timeline = EstateTimeline()
    private var taken = 0
    private var older: EstateVersion?
    /// Events that end many tokens at once, from ``searchedFrom`` to ``searchedTo``.
    private var broadEnds: [Event] = []
    private var searched: Range<Int64> = 0..<0

    /// For decisions whose outcome stands below `limit`.
    init(_ reader: any LedgerReader, below limit: Position) throws(AuditError) {
        self.reader = reader
        do throws(StoreError) {
            positions = try reader.estatePositions(below: limit)
        } catch {
            throw .store(error)
        }
    }

    func version(at size: Position) throws(ReplayFault) -> EstateVersion {
        while taken < positions.count, positions[taken] < size {
            timeline.take(try event(at: positions[taken]))
            taken += 1
        }
        if let version = timeline.version(at: size) {
            // What was not taken yet ends the version as well.
            if taken < positions.count { version.end(at: positions[taken]) }
            return version
        }
        if let older, older.sizes.contains(size.value) { return older }
        let version = try reading { () throws(AuditError) in try reader.version(at: size, among: positions) }
        older = version
        return version
    }

    func standing(
        of reference: SubjectReference, before limit: Position, hint: Position?
    ) throws(ReplayFault) -> AccountStanding? {
        var places: Set<Position> = []
        if let hint { places.insert(hint) }
        do throws(StoreError) {
            if let touched = try reader.lastTouch(of: .subject(reference)) { places.insert(touched) }
        } catch {
            throw .audit(.store(error))
        }
        for place in places.sorted() where place < limit {
            guard case .accounts(.opened(let data)) = try event(at: place).data,
                data.subjectReference == reference
            else { continue }
            return AccountStanding(of: data, at: place)
        }
        return nil
    }

    func moved(_ environment: EnvironmentName, in range: Range<Position>) throws(ReplayFault) -> Bool {
        var next = positions.firstIndex(notBelow: range.lowerBound)
        while next < positions.count, positions[next] < range.upperBound {
            let position = positions[next]
            next += 1
            let fences = try event(at: position).data.touchedFences
            if fences.contains(.estate) || fences.contains(.environment(environment)) { return true }
        }
        return false
    }

    func family(_ id: FamilyID, before limit: Position) throws(ReplayFault) -> RefreshFamily? {
        try reading { () throws(AuditError) in try reader.family(id, before: limit) }
    }

    func endsBroadly(_ token: IssuedFacts, before limit: Position) throws(ReplayFault) -> Bool {
        try search(token.issuedAt.value..<limit.value)
        var table = RevocationTable()
        for event in broadEnds where event.position < limit { table.fold(event) }
        return table.endsBroadly(token)
    }

    /// No index leads to these: whatever was not searched yet is read.
    private func search(_ range: Range<Int64>) throws(ReplayFault) {
        guard !range.isEmpty, !(searched.lowerBound <= range.lowerBound && range.upperBound <= searched.upperBound)
        else { return }
        let whole =
            searched.isEmpty
            ? range
            : min(searched.lowerBound, range.lowerBound)..<max(searched.upperBound, range.upperBound)
        broadEnds = try reading { () throws(AuditError) in try reader.broadEnds(in: whole) }
        searched = whole
    }

    func attempt(at position: Position) throws(ReplayFault) -> Recorded<ValidationAttempted>? {
        Recorded(attempt: try event(at: position))
    }

    private func event(at position: Position) throws(ReplayFault) -> Event {
        try reading { () throws(AuditError) in try reader.decodedEvent(at: position) }
    }
}

extension Recorded where Data == ValidationAttempted {
    init?(attempt event: Event) {
        guard case .tokens(.attempted(let data)) = event.data else { return nil }
        self.init(event, data)
    }
}

extension [Position] {
    /// The first of ascending positions that is not below a limit.
    fileprivate func firstIndex(notBelow limit: Position) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle] < limit { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension LedgerReader {
    /// The estate after the first `size` events, folded anew.
    func version(at size: Position, among positions: [Position]) throws(AuditError) -> EstateVersion {
        var estate = Estate()
        var from: Int64 = 0
        for position in positions.prefix(while: { $0 < size }) {
            estate.fold(try decodedEvent(at: position))
            from = position.value + 1
        }
        let end = positions.first { $0 >= size }?.value ?? .max
        return EstateVersion(estate, sizes: from...max(from, end))
    }
}

/// What was folded while the log was read from its beginning.
final class FoldedState: ConsultedState {
    private let reader: any LedgerReader
    private var families = FamilyRegister()
    private var revocations = RevocationTable()
    private var timeline = EstateTimeline()
    private var accounts = AccountRegister()
    private var moves: [FenceName: Position] = [:]

    /// `reader` is only used between scans, to read again what stands at places that were folded.
    init(_ reader: any LedgerReader) { self.reader = reader }

    /// Takes in an event that ends tokens.
    func take(end event: Event) {
        revocations.fold(event)
        families.fold(event)
    }

    /// Takes in a refresh token, once its decision was made again.
    func issue(_ family: FamilyID, generation: Int64, at position: Position) {
        families.issue(family, generation: generation, at: position)
    }

    func take(estate event: Event) {
        timeline.take(event)
        for fence in event.data.touchedFences { moves[fence] = event.position }
    }

    func take(account event: Event) { accounts.fold(event) }

    func open(_ opened: QuickOpening, at position: Position) {
        accounts.open(
            AccountStanding(account: opened.account, vault: opened.vault, openedAt: position),
            for: opened.subjectReference)
    }

    /// The estate after the first `size` events, where it is one of those that are kept.
    func known(at size: Position) -> EstateVersion? { timeline.version(at: size) }

    func standing(of reference: SubjectReference, before limit: Position) -> AccountStanding? {
        guard let standing = accounts[reference], standing.openedAt < limit else { return nil }
        return standing
    }

    func version(at size: Position) throws(ReplayFault) -> EstateVersion {
        guard let version = timeline.version(at: size) else { throw .outOfReach }
        return version
    }

    func standing(
        of reference: SubjectReference, before limit: Position, hint: Position?
    ) throws(ReplayFault) -> AccountStanding? {
        standing(of: reference, before: limit)
    }

    /// Only asked of ranges that reach to where the fold has come.
    func moved(_ environment: EnvironmentName, in range: Range<Position>) throws(ReplayFault) -> Bool {
        [FenceName.estate, .environment(environment)].contains { fence in
            moves[fence].map { range.contains($0) } ?? false
        }
    }

    func family(_ id: FamilyID, before limit: Position) throws(ReplayFault) -> RefreshFamily? {
        guard let places = families[id] else { return nil }
        return try reading { () throws(AuditError) in try reader.family(places, before: limit) }
    }

    /// Only asked where the fold has come.
    func endsBroadly(_ token: IssuedFacts, before limit: Position) throws(ReplayFault) -> Bool {
        revocations.endsBroadly(token)
    }

    func attempt(at position: Position) throws(ReplayFault) -> Recorded<ValidationAttempted>? {
        Recorded(attempt: try reading { () throws(AuditError) in try reader.decodedEvent(at: position) })
    }
}
