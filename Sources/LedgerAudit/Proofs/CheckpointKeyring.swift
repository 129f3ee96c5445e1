internal import AuthorizationCore
public import EventLog

/// The keys that a checkpoint must be signed with, and who says so.
public struct CheckpointKeyring: Sendable {
    /// False when the keys come from what is being checked: whoever rewrote all of that could have rewritten them too.
    public let isIndependent: Bool
    private let entries: [Entry]

    private struct Entry {
        let origin: String
        let key: VerifierKey
        let sizes: ClosedRange<Int64>
    }

    /// Keys from a source of one's own. The name of each is the origin of its log (C2SP tlog-checkpoint).
    public init(_ keys: [VerifierKey]) {
        isIndependent = true
        entries = keys.map { Entry(origin: $0.name.text, key: $0, sizes: 0...Int64.max) }
    }

    /// The keys that the ledger's own events name, each for the trees that it may sign.
    public init(namedBy reader: any LedgerReader) throws(ProofFault) {
        let events: [Event]
        do throws(AuditError) { events = try Self.ledgerEvents(reader) } catch { throw .audit(error) }
        var findings = Findings()
        let keys = CheckpointKeys(events, &findings)
        isIndependent = false
        entries = keys.eras.flatMap { era in
            era.entries.map { entry in
                Entry(
                    origin: era.origin, key: entry.key,
                    sizes: entry.firstSize...max(entry.firstSize, entry.lastSize ?? .max))
            }
        }
        guard !entries.isEmpty else { throw .noKey }
    }

    private static func ledgerEvents(_ reader: any LedgerReader) throws(AuditError) -> [Event] {
        let positions: [Position]
        do throws(StoreError) {
            positions = try reader.estatePositions(below: Position(try reader.head().size))
        } catch {
            throw .store(error)
        }
        var events: [Event] = []
        for position in positions {
            let event = try reader.decodedEvent(at: position)
            if case .ledger = event.data { events.append(event) }
        }
        return events
    }

    /// The key that was named last.
    public var newest: VerifierKey? { entries.last?.key }

    /// The checkpoint of the note, if one of the keys signed it for its origin.
    public func verify(_ note: SignedNote) throws(ProofFault) -> VerifiedCheckpoint {
        guard let checkpoint = try? Checkpoint(parsing: note.text), checkpoint.size <= UInt64(Int64.max) else {
            throw .malformedCheckpoint
        }
        let ofOrigin = entries.filter { $0.origin.utf8.elementsEqual(checkpoint.origin.utf8) }
        guard !ofOrigin.isEmpty else {
            throw .foreignCheckpoint(
                origin: checkpoint.origin, expected: Set(entries.map(\.origin)).sorted())
        }
        let usable = ofOrigin.filter { $0.sizes.contains(Int64(checkpoint.size)) }.map(\.key)
        do throws(NoteError) {
            return try VerifiedCheckpoint(note, origin: checkpoint.origin, logKeys: usable)
        } catch {
            if case .invalidSignature(let name) = error { throw .badSignature(name: name.text) }
            throw .unknownKey(origin: checkpoint.origin)
        }
    }

    /// Reads and verifies a signed checkpoint, or the one of a receipt.
    public func verify(file bytes: [UInt8]) throws(ProofFault) -> VerifiedCheckpoint {
        if let receipt = try? Receipt(parsing: bytes) { return try verify(receipt.checkpoint) }
        guard let note = try? SignedNote(parsing: bytes) else { throw .malformedCheckpoint }
        return try verify(note)
    }
}
