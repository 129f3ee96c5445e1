internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog

/// Checks events in the order of the log: form, place, time, what they mean to their decision, and what they seal.
///
/// Every event is checked to be canonical, with its envelope. Token events come by the thousand, and of their data
/// only what later checks need is read, unless `everyField` asks for more; all others are decoded strictly, or have
/// the form of one that was.
struct EventCheck {
    private let everyField: Bool
    private var forms = LeafForms()
    private var times = TimeReader()
    private var decisions = IdentifierReader<DecisionKind>()
    private var vaults = IdentifierReader<VaultKind>()
    private var lastRecordedAt: Timestamp?

    init(everyField: Bool) { self.everyField = everyField }

    /// Checks the next event, and adds what it says to the record.
    mutating func take(_ leaf: UnsafeRawBufferPointer, at place: Int64, _ record: inout PassRecord) {
        if let form = forms.form(of: leaf, &times) {
            if let recordedAt = takePlaceAndTime(leaf, at: place, form, &record) {
                takeMeaning(leaf, at: place, recordedAt, form, &record)
            }
        } else {
            takeNew(leaf, at: place, &record)
        }
    }

    /// An event of a form that was not seen of late.
    private mutating func takeNew(_ leaf: UnsafeRawBufferPointer, at place: Int64, _ record: inout PassRecord) {
        let form: LeafForm
        do throws(EventView.Fault) {
            form = try LeafForm(of: leaf)
        } catch {
            return record.addUnread(at: place, error.sentence)
        }
        guard let recordedAt = takePlaceAndTime(leaf, at: place, form, &record) else { return }
        if everyField || !form.type.isOfToken {
            guard let event = try? RecordedForm.decode(leaf) else {
                return record.addUnread(at: place, "The event's data are not those of \(form.type.rawValue).")
            }
            if form.type.isDecodedEachTime {
                record.take(event)
            } else {
                form.demandFields(of: event, in: leaf)
            }
        }
        if !form.type.isDecodedEachTime { forms.keep(form, of: leaf) }
        takeMeaning(leaf, at: place, recordedAt, form, &record)
    }

    /// Nil when the event does not say that it stands here. Times have one form, in which later ones sort behind
    /// earlier ones.
    private mutating func takePlaceAndTime(
        _ leaf: UnsafeRawBufferPointer, at place: Int64, _ form: LeafForm, _ record: inout PassRecord
    ) -> Timestamp? {
        let position = Self.number(leaf, form.position)
        guard position == place else {
            record.addUnread(at: place, "The event says that it stands at \(position).")
            return nil
        }
        guard let time = times.read(UnsafeRawBufferPointer(rebasing: leaf[form.recordedAt])) else {
            record.findings.add(.damage, at: Position(place), "The event's time is none.")
            return lastRecordedAt ?? Timestamp()
        }
        if let last = lastRecordedAt, time < last {
            record.findings.add(
                .damage, at: Position(place), "The event's time lies before that of the event before it.")
        }
        lastRecordedAt = time
        return time
    }

    /// What the event means to its decision, and the sealed records that it names.
    private mutating func takeMeaning(
        _ leaf: UnsafeRawBufferPointer, at place: Int64, _ recordedAt: Timestamp, _ form: LeafForm,
        _ record: inout PassRecord
    ) {
        if let step = form.step { take(step, leaf, at: place, recordedAt, form, &record) }
        guard let seals = form.seals else { return record.addMalformedSeal(at: place) }
        for seal in seals {
            guard let named = seal.read(leaf, &vaults) else { return record.addMalformedSeal(at: place) }
            record.sealed.expect(named, at: place)
        }
    }

    private mutating func take(
        _ step: LeafForm.Step, _ leaf: UnsafeRawBufferPointer, at place: Int64, _ recordedAt: Timestamp,
        _ form: LeafForm, _ record: inout PassRecord
    ) {
        guard let decision = decisions.read(UnsafeRawBufferPointer(rebasing: leaf[form.correlation])) else {
            return record.findings.add(
                .damage, at: Position(place), "The event names no decision that it belongs to.")
        }
        switch step {
        case .begins: record.decisions.begin(decision, at: Position(place), recordedAt, &record.findings)
        case .ends(let holdsRequest):
            record.decisions.end(
                decision, at: Position(place), holdsRequest: holdsRequest, unread: record.unread, &record.findings)
        }
    }

    /// The number that canonical digits say.
    private static func number(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int64 {
        var value: Int64 = 0
        var isNegative = false
        for offset in range {
            if bytes[offset] == UInt8(ascii: "-") {
                isNegative = true
            } else {
                value = value &* 10 &+ Int64(bytes[offset] &- UInt8(ascii: "0"))
            }
        }
        return isNegative ? -value : value
    }
}

extension EventType {
    /// One of those that come by the thousand.
    fileprivate var isOfToken: Bool {
        switch self {
        case .tokenRequested, .validationAttempted, .tokenIssued, .tokenRefused: true
        default: false
        }
    }

    /// Its events change the estate or destroy vaults, so that each of them must be read.
    fileprivate var isDecodedEachTime: Bool {
        EventData(empty: self).isEstate || self == .personErased || self == .vaultDestroyed
    }
}
