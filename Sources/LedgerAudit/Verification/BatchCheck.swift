internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog

/// Checks the events of one batch: form, place, time, and that their sealed records are whole.
///
/// Every event is checked to be canonical, with its envelope. Token events come by the thousand, and of their data
/// only what later checks need is read, unless `everyField` asks for more; all others are decoded strictly.
struct BatchCheck {
    private static let requestMember = BytePattern("\"request\":{")

    private let everyField: Bool
    private var result: BatchResult
    private var lastText: [UInt8] = []
    private var expected: [(position: Int64, seal: NamedSeal)] = []

    static func run(_ batch: EventBatch, everyField: Bool) -> BatchResult {
        var check = BatchCheck(everyField: everyField, result: BatchResult(number: batch.number))
        batch.lendEach { position, leaf in check.take(leaf, at: position) }
        check.compare(batch.sealed)
        return check.result
    }

    private init(everyField: Bool, result: BatchResult) {
        self.everyField = everyField
        self.result = result
    }

    private mutating func take(_ leaf: UnsafeRawBufferPointer, at place: Int64) {
        let position = Position(place)
        let view: EventView
        do throws(EventView.Fault) {
            view = try EventView(leaf)
        } catch {
            result.unread.insert(place)
            return result.findings.add(.damage, at: position, error.sentence)
        }
        if view.position != place {
            result.unread.insert(place)
            return result.findings.add(.damage, at: position, "The event says that it stands at \(view.position).")
        }
        let recordedAt = takeTime(view.recordedAt, at: position)
        if mustBeDecoded(view.type) {
            guard let event = try? RecordedForm.decode(leaf) else {
                result.unread.insert(place)
                return result.findings.add(
                    .damage, at: position, "The event's data are not those of \(view.type.rawValue).")
            }
            if event.data.isEstate || view.type == .personErased || view.type == .vaultDestroyed {
                result.decoded.append(event)
            }
        }
        takeStep(view, at: position, recordedAt)
        do throws(SealedWalk.Fault) {
            for seal in try SealedWalk.fields(of: view.data) { expected.append((place, seal)) }
        } catch {
            result.unread.insert(place)
            result.findings.add(.damage, at: position, "The event names a sealed value in a form that none has.")
        }
    }

    private func mustBeDecoded(_ type: EventType) -> Bool {
        switch type {
        case .tokenRequested, .validationAttempted, .tokenIssued, .tokenRefused: everyField
        default: true
        }
    }

    /// Times have one form, in which later ones sort behind earlier ones; equal ones are read once.
    private mutating func takeTime(_ text: UnsafeRawBufferPointer, at position: Position) -> Timestamp? {
        if lastText.elementsEqual(text) { return result.lastRecordedAt }
        guard let time = Timestamp(text: String(decoding: text, as: UTF8.self)) else {
            result.findings.add(.damage, at: position, "The event's time is none.")
            return result.lastRecordedAt
        }
        if let last = result.lastRecordedAt, time < last {
            result.findings.add(.damage, at: position, "The event's time lies before that of the event before it.")
            return time
        }
        lastText = Array(text)
        if result.firstRecordedAt == nil { result.firstRecordedAt = time }
        result.lastRecordedAt = time
        return time
    }

    private mutating func takeStep(_ view: EventView, at position: Position, _ recordedAt: Timestamp?) {
        let kind: BatchResult.DecisionStep.Kind
        switch view.type {
        case .tokenRequested: kind = .requested
        case .tokenIssued: kind = .ended(holdsRequest: false)
        case .tokenRefused: kind = .ended(holdsRequest: Self.requestMember.occurs(in: view.data))
        default: return
        }
        guard let decision = DecisionID(text: String(decoding: view.correlation, as: UTF8.self)) else {
            return result.findings.add(.damage, at: position, "The event names no decision that it belongs to.")
        }
        result.steps.append(
            .init(decision: decision, position: position, recordedAt: recordedAt ?? Timestamp(), kind: kind))
    }

    /// Walks expected and stored records together: both ascend by position and field.
    private mutating func compare(_ rows: [EventBatch.SealedCopy]) {
        var rest = rows[...]
        for (place, seal) in expected {
            while let row = rest.first, row.row.stands(before: place, seal.path) {
                reportStray(row.row)
                rest.removeFirst()
            }
            if let row = rest.first, row.row.position.value == place, row.row.field.utf8.elementsEqual(seal.path.utf8) {
                rest.removeFirst()
                compare(row, with: seal)
            } else {
                result.sealedMissing.append(
                    .init(position: Position(place), field: seal.path, vault: seal.value.vault))
            }
        }
        for row in rest { reportStray(row.row) }
    }

    private mutating func compare(_ copy: EventBatch.SealedCopy, with seal: NamedSeal) {
        if !Sealing.isRecord(copy.bytes, of: seal.value) {
            result.findings.add(
                .damage, at: copy.row.position, "The sealed record of '\(seal.path)' is not the one that was recorded.")
        } else if copy.row.vault != seal.value.vault {
            result.findings.add(
                .damage, at: copy.row.position, "The sealed record of '\(seal.path)' is filed under another vault.")
        } else {
            result.sealedWhole += 1
        }
    }

    private mutating func reportStray(_ row: SealedRow) {
        guard !result.unread.contains(row.position.value) else { return }
        result.findings.add(
            .damage, at: row.position, "A sealed record '\(row.field)' is filed here, but the event names none.")
    }
}

extension SealedRow {
    fileprivate func stands(before place: Int64, _ path: String) -> Bool {
        position.value < place || (position.value == place && field.utf8.lexicographicallyPrecedes(path.utf8))
    }
}

extension EventView.Fault {
    fileprivate var sentence: String {
        switch self {
        case .form(let error): "The bytes are no canonical event (\(error.reason.rawValue) at byte \(error.offset))."
        case .unknownType: "The event's type is unknown to this program."
        case .version(let version): "The event's form has version \(version), which this program does not know."
        }
    }
}
