internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog

/// Checks events in the order of the log: form, place, time, what they mean to their decision, and what they seal.
///
/// Every event is decoded strictly, or has the form of one that was and values that its fields may hold.
struct EventCheck {
    private var forms = LeafForms()
    private var times = TimeReader()
    /// Of the times in data, which are others than those of recording.
    private var dataTimes = TimeReader()
    private var decisions = IdentifierReader<DecisionKind>()
    private var vaults = IdentifierReader<VaultKind>()
    private var lastRecordedAt: Timestamp?

    /// Checks the next event, and adds what it says to the record.
    mutating func take(_ leaf: UnsafeRawBufferPointer, at place: Int64, _ record: inout PassRecord) {
        guard let form = forms.form(of: leaf, &dataTimes) else { return takeNew(leaf, at: place, &record) }
        let position = UnsafeRawBufferPointer(rebasing: leaf[form.position])
        let time = UnsafeRawBufferPointer(rebasing: leaf[form.recordedAt])
        guard let recordedAt = take(position, time, at: place, &record) else { return }
        takeMeaning(leaf, at: place, recordedAt, form, &record)
    }

    /// An event of a form that was not seen of late.
    private mutating func takeNew(_ leaf: UnsafeRawBufferPointer, at place: Int64, _ record: inout PassRecord) {
        let view: EventView
        do throws(EventView.Fault) {
            view = try EventView(leaf)
        } catch {
            return record.addUnread(at: place, error.sentence)
        }
        guard let recordedAt = take(view.positionText, view.recordedAt, at: place, &record) else { return }
        guard let event = try? RecordedForm.decode(leaf) else {
            return record.addUnread(at: place, "The event's data are not those of \(view.type.rawValue).")
        }
        let form = LeafForm(of: event, view, in: leaf)
        if view.type.isDecodedEachTime {
            record.take(event)
        } else {
            forms.keep(form, of: leaf)
        }
        takeMeaning(leaf, at: place, recordedAt, form, &record)
    }

    /// When the event was recorded, or nil when it does not say that it stands here.
    private mutating func take(
        _ positionText: UnsafeRawBufferPointer, _ timeText: UnsafeRawBufferPointer, at place: Int64,
        _ record: inout PassRecord
    ) -> Timestamp? {
        let position = Self.number(positionText)
        guard position == place else {
            record.addUnread(at: place, "The event says that it stands at \(position).")
            return nil
        }
        guard let time = times.read(timeText) else {
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
    private static func number(_ text: UnsafeRawBufferPointer) -> Int64 {
        var value: Int64 = 0
        for byte in text where byte != UInt8(ascii: "-") { value = value &* 10 &+ Int64(byte &- UInt8(ascii: "0")) }
        return text.first == UInt8(ascii: "-") ? -value : value
    }
}

extension EventType {
    /// Its events change the estate or destroy vaults, so that each of them must be read.
    fileprivate var isDecodedEachTime: Bool {
        EventData(empty: self).isEstate || self == .personErased || self == .vaultDestroyed
    }
}
