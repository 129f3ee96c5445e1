internal import AuthorizationCore
internal import EventLog

/// What the log says of a refresh token that was presented.
struct FamilyReading: Sendable {
    var family: RefreshFamily
    var presented: PresentedRefreshToken
    /// Live tokens that end when the family does; filled by ``count(liveAt:in:)``.
    var live: Int64 = 0

    /// Access tokens of a family that are counted at most: older ones ended long ago.
    private static let maximumCounted: Int64 = 256

    /// Finds the family by the number that the token begins with, and holds the secret against the generation's.
    ///
    /// nil when no family began there. `now` is for the age of the predecessor.
    init?(_ token: RefreshTokenText, at now: Timestamp, in reader: any LedgerReader) throws(StoreError) {
        guard let first = try reader.decodedEvent(at: token.family), var family = RefreshFamily(first) else {
            return nil
        }
        guard let touched = try reader.lastTouch(of: .family(family.id)) else {
            throw .damaged(token.family, "its family has no fence")
        }
        if touched != token.family { try family.fold(appendEndingAt: touched, in: reader) }
        self.family = family
        presented = PresentedRefreshToken()
        presented.family = family.id
        presented.generation = token.generation
        guard let issued = try Self.issued(family.id, token.generation, in: reader), let refresh = issued.refresh else {
            return
        }
        if IssuedSecret.matches(token.secret, refresh.secretDigest) { presented.secret = .match }
        guard token.generation == family.predecessor,
            // The first use of a generation makes the next one; whatever was made for it later came of a repeat.
            let firstUse = try Self.issued(family.id, token.generation + 1, in: reader)
        else { return }
        presented.predecessorAgeMicroseconds = max(0, now.microseconds - firstUse.decidedAt.microseconds)
    }

    /// Counts the family's tokens that still hold: the newest refresh token, and access tokens from the newest back.
    mutating func count(liveAt now: Timestamp, in reader: any LedgerReader) throws(StoreError) {
        live = family.expiresAt > now ? 1 : 0
        var generation = family.newest
        let oldest = max(0, family.newest - Self.maximumCounted + 1)
        while generation >= oldest, let issued = try Self.issued(family.id, generation, in: reader),
            issued.claims.expiresAt > now.seconds
        {
            if try reader.lastTouch(of: .token(issued.claims.id)) == nil { live += 1 }
            generation -= 1
        }
    }

    private static func issued(
        _ family: FamilyID, _ generation: Int64, in reader: any LedgerReader
    ) throws(StoreError) -> TokenIssued? {
        guard let position = try reader.lastTouch(of: .refreshToken(family, generation)) else { return nil }
        guard case .tokens(.issued(let data)) = try reader.decodedEvent(at: position)?.data,
            data.refresh?.family == family, data.refresh?.generation == generation
        else { throw .damaged(position, "it did not issue generation \(generation) of \(family.text)") }
        return data
    }
}

extension RefreshFamily {
    /// Takes in what touched the family last: a new generation, with what stands right before it, or an end.
    fileprivate mutating func fold(appendEndingAt position: Position, in reader: any LedgerReader) throws(StoreError) {
        guard let event = try reader.decodedEvent(at: position) else { throw .missing(position) }
        if case .tokens(.issued(let data)) = event.data {
            let before = Position(position.value - 1)
            guard let step = try reader.decodedEvent(at: before) else { throw .missing(before) }
            fold(step)
            guard predecessor != nil, let generation = data.refresh?.generation, generation > 0 else {
                throw .damaged(position, "no use of \(id.text) stands before it")
            }
        }
        fold(event)
    }
}

extension LedgerReader {
    /// The event at a place, nil beyond the head.
    func decodedEvent(at position: Position) throws(StoreError) -> Event? {
        guard let stored = try event(at: position) else { return nil }
        do {
            return try RecordedForm.decode(stored.body)
        } catch {
            throw .damaged(position, "\(error)")
        }
    }
}
