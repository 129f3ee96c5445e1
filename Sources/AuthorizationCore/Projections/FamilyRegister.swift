/// Where refresh token families began, where their newest token was issued, and where they ended: a fold of the log.
///
/// It holds places only: by them a ``RefreshFamily`` is read again. It grows with the families of the log, 40 bytes each.
public struct FamilyRegister: Sendable {
    public struct Places: Sendable, Equatable {
        public var beganAt: Position
        /// The token of the newest generation.
        public var newestAt: Position
        public var endedAt: Position?

        public init(beganAt: Position, newestAt: Position, endedAt: Position? = nil) {
            self.beganAt = beganAt
            self.newestAt = newestAt
            self.endedAt = endedAt
        }
    }

    private var families: [FamilyID: Places] = [:]

    public init() {}

    public subscript(family: FamilyID) -> Places? { families[family] }

    /// Folds a refresh token that was issued at a place.
    public mutating func issue(_ family: FamilyID, generation: Int64, at position: Position) {
        if generation == 0 {
            families[family] = Places(beganAt: position, newestAt: position)
        } else {
            families[family]?.newestAt = position
        }
    }

    /// Folds what ends families; other events change nothing.
    public mutating func fold(_ event: Event) {
        switch event.data {
        case .tokens(.refreshReuseDetected(let data)): end(data.family, at: event.position)
        case .tokens(.revoked(let data)):
            if data.scope == .family, let id = FamilyID(text: data.id) { end(id, at: event.position) }
        case .accounts(.personErased(let data)): for id in data.families { end(id, at: event.position) }
        case .tokens, .accounts, .ledger, .operators, .environments, .apis, .identities, .apps, .access, .audit: break
        }
    }

    private mutating func end(_ family: FamilyID, at position: Position) {
        if families[family]?.endedAt == nil { families[family]?.endedAt = position }
    }
}
