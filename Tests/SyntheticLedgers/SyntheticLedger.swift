public import AuthorizationCore
public import EventLog

/// Makes a ledger as a service would have recorded it, from a seed: it runs the same functions over invented requests
/// and answers.
///
/// It stands for the one writer, so it knows the place of every event that it makes.
public struct SyntheticLedger: ~Copyable {
    /// How much time passes between two events that nobody waits for.
    private static let microsecondsPerEvent: Int64 = 250

    public var numbers: SeededNumbers
    public private(set) var estate = Estate()
    public private(set) var accounts = AccountRegister()
    public private(set) var families: [FamilyID: RefreshFamily] = [:]
    public private(set) var revocations = RevocationTable()
    /// The attempts that sealed something, with what it was.
    var extraInfo: [Position: (vault: VaultID, bytes: [UInt8])] = [:]
    /// The clock of the invented service.
    public var now: Timestamp
    /// Who sends commands.
    public let administrator: OperatorID
    /// How many events were made.
    public private(set) var size: Int64 = 0
    private var made: [ProposedEvent] = []

    public init(seed: UInt64, start: Timestamp = Timestamp(microseconds: 1_790_000_000_000_000)) {
        numbers = SeededNumbers(state: seed)
        now = start
        administrator = OperatorID(milliseconds: start.microseconds / 1_000, random: numbers.bits())
    }

    /// What a decision made now consults.
    public var consulted: Position { Position(size) }

    /// The events made since the last call.
    public mutating func take() -> [ProposedEvent] {
        defer { made = [] }
        return made
    }

    public mutating func pass(microseconds: Int64) { now = Timestamp(microseconds: now.microseconds + microseconds) }

    /// An identifier that sorts by time.
    public mutating func identifier<Kind: IdentifierKind>(of kind: Kind.Type = Kind.self) -> Identifier<Kind> {
        Identifier(milliseconds: now.microseconds / 1_000, random: numbers.bits())
    }

    /// Records an event and says where it stands.
    @discardableResult
    public mutating func record(
        _ data: EventData, by actor: Actor? = nil, of correlation: String = "cmd", blind: Bytes16? = nil,
        sealed: [SealedRecord] = []
    ) -> Position {
        let position = Position(size)
        let event = Event(
            position: position, recordedAt: now, actor: actor ?? .operator(administrator), correlation: correlation,
            blind: blind ?? numbers.blind(), data: data)
        made.append(
            ProposedEvent(
                actor: event.actor, correlation: correlation, blind: event.blind, data: data, sealed: sealed))
        if data.isEstate {
            estate.fold(event)
        } else {
            accounts.fold(event)
            revocations.fold(event)
            for id in Self.families(of: data) { families[id]?.fold(event) }
            if let family = RefreshFamily(event) { families[family.id] = family }
        }
        size += 1
        pass(microseconds: Self.microsecondsPerEvent)
        return position
    }

    private static func families(of data: EventData) -> [FamilyID] {
        data.touchedFences.compactMap { if case .family(let id) = $0 { id } else { nil } }
    }
}
