/// The settings of the whole ledger, as an operator puts them: what is absent has its default from here on.
public struct LedgerSettings: Sendable, Equatable {
    public var limits = Limits()
    /// Days that an operator's key holds.
    public var operatorKeyDays: Int64?
    /// Days after which a tag key is destroyed.
    public var tagRetentionDays: Int64?
    /// Days after which the vault of what was said before anybody was recognised is destroyed.
    public var unrecognisedRetentionDays: Int64?

    public init() {}
}

extension LedgerFacts {
    public var settings: LedgerSettings {
        var settings = LedgerSettings()
        settings.limits = limits
        settings.operatorKeyDays = operatorKeyDays
        settings.tagRetentionDays = tagRetentionDays
        settings.unrecognisedRetentionDays = unrecognisedRetentionDays
        return settings
    }
}

/// What holds where the ledger's settings do not say.
public let defaultTagRetentionDays: Int64 = 30
public let defaultUnrecognisedRetentionDays: Int64 = 30

/// The settings of the ledger, whole. From the first time on no command line sets them any more.
public struct ConfigureLedger: Command {
    public static let name = "ledger.configure"
    static let operatorKeyDays: ClosedRange<Int64> = 1...366
    /// The throttle counts under the current tag key and the one before it, each of which is current for a week.
    static let tagRetentionDays: ClosedRange<Int64> = 14...3_650
    static let unrecognisedRetentionDays: ClosedRange<Int64> = 1...3_650
    public var settings: LedgerSettings

    public init(settings: LedgerSettings) { self.settings = settings }

    public var subject: CommandSubject { .settings }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        try settings.limits.check()
        try demand(settings.operatorKeyDays, in: Self.operatorKeyDays, "operator_key_days")
        try demand(settings.tagRetentionDays, in: Self.tagRetentionDays, "tag_retention_days")
        try demand(
            settings.unrecognisedRetentionDays, in: Self.unrecognisedRetentionDays, "unrecognised_retention_days")
        let ledger = estate.ledger
        guard settings != ledger.settings || ledger.configuredAt == nil else { return [] }
        var event = LedgerConfigured()
        event.anchorEvery = ledger.anchorEvery
        event.limits = settings.limits
        event.operatorKeyDays = settings.operatorKeyDays
        event.tagRetentionDays = settings.tagRetentionDays
        event.unrecognisedRetentionDays = settings.unrecognisedRetentionDays
        return [.ledger(.configured(event))]
    }
}

/// An operator looked at a clock that does not fit the log, and says that it is right.
public struct ConfirmClock: Command {
    public static let name = "clock.confirm"
    /// What the clock says.
    public var clock: Timestamp
    /// How far it is ahead of what the log and the time since say, in microseconds, negative when it is behind; nil
    /// when it fits.
    public var ahead: Int64?
    public var reason: SealedValue?

    public init(clock: Timestamp, ahead: Int64?, reason: SealedValue?) {
        self.clock = clock
        self.ahead = ahead
        self.reason = reason
    }

    public var subject: CommandSubject { .clock }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        guard let ahead else { throw CommandRefusal(.clockRight) }
        var event = ClockConfirmed()
        event.aheadMicroseconds = ahead
        event.clock = clock
        event.reason = reason
        return [.ledger(.clockConfirmed(event))]
    }
}

extension Limits {
    /// Throws unless every limit that is there can be held.
    func check() throws(CommandRefusal) {
        try demand(appFailures, in: ThrottleLimits.failuresRange, "limits.app_failures")
        try demand(appSeconds, in: ThrottleLimits.secondsRange, "limits.app_seconds")
        try demand(userFailures, in: ThrottleLimits.failuresRange, "limits.user_failures")
        try demand(userSeconds, in: ThrottleLimits.secondsRange, "limits.user_seconds")
    }
}

/// Throws unless a number that is there lies in the range.
func demand(_ value: Int64?, in range: ClosedRange<Int64>, _ field: String) throws(CommandRefusal) {
    try demand(value.map(range.contains) != false, else: .invalidValue, field)
}
