internal import AuthorizationCore
internal import EventLog

/// What a pass over the log has gathered so far.
struct PassRecord: ~Copyable {
    var findings = Findings()
    var decisions = DecisionBook()
    var sealed = ExpectedSeals()
    private(set) var vaults = SealedBook()
    private(set) var estateEvents: [Event] = []
    /// The first and the last event that could not be read, so that others must not be blamed for what it would say.
    private(set) var unread: ClosedRange<Int64>?

    /// Notes an event that says something that nobody heard.
    mutating func noteUnread(_ position: Int64) {
        unread = min(unread?.lowerBound ?? position, position)...max(unread?.upperBound ?? position, position)
    }

    /// Notes an event that is none, so that nothing can be said of what it would have said.
    mutating func addUnread(at place: Int64, _ sentence: String) {
        noteUnread(place)
        sealed.expectAnything(at: place)
        findings.add(.damage, at: Position(place), sentence)
    }

    mutating func addMalformedSeal(at place: Int64) {
        addUnread(at: place, "The event names a sealed value in a form that none has.")
    }

    /// Takes in an event that changes the estate or destroys vaults.
    mutating func take(_ event: Event) {
        takeVaults(of: event)
        if event.data.isEstate { estateEvents.append(event) }
    }

    /// Notes the vaults that an event destroys.
    mutating func takeVaults(of event: Event) { vaults.take(event) }

    /// Holds the stored sealed records of a range against those that its events named.
    mutating func compareSealed(_ range: Range<Int64>, in reader: any AuditReader) throws(StoreError) {
        try sealed.compare(range, in: reader, &vaults, &findings)
    }
}
