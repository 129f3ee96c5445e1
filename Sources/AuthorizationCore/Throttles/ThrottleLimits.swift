/// How many failed password grants are borne, and how long the next ones then wait.
///
/// The four that an operator sets come from the recorded ``Limits``: the environment's where it has one, else the
/// ledger's, else the default. The rest are constants of the engine.
public struct ThrottleLimits: Hashable, Sendable {
    /// Failures about one user name in a row, none more than ``userSeconds`` after the one before, until the next wait.
    public let userFailures: Int64
    public let userSeconds: Int64
    /// Failures of one app from one source within ``appSeconds``, until the next wait.
    public let appFailures: Int64
    public let appSeconds: Int64

    public static let standard = ThrottleLimits()

    /// The first wait of a user name; each further failure doubles it …
    public static let firstDelaySeconds: Int64 = 30
    /// … up to this.
    public static let maximumDelaySeconds: Int64 = 900
    /// After this many failures without an acceptance each further one costs a stranger a day.
    public static let strangerDayAfter: Int64 = 100
    public static let strangerDaySeconds: Int64 = 86_400
    /// A caller is known for this long after an acceptance.
    public static let knownForDays: Int64 = 30
    /// What a recorded limit may be; anything beyond is taken as the nearest.
    public static let failuresRange: ClosedRange<Int64> = 1...1_000_000
    public static let secondsRange: ClosedRange<Int64> = 1...86_400

    public init(ledger: Limits = Limits(), environment: Limits = Limits()) {
        func limit(_ name: KeyPath<Limits, Int64?>, default value: Int64, in range: ClosedRange<Int64>) -> Int64 {
            min(max(environment[keyPath: name] ?? ledger[keyPath: name] ?? value, range.lowerBound), range.upperBound)
        }
        userFailures = limit(\.userFailures, default: 10, in: Self.failuresRange)
        userSeconds = limit(\.userSeconds, default: 300, in: Self.secondsRange)
        appFailures = limit(\.appFailures, default: 1000, in: Self.failuresRange)
        appSeconds = limit(\.appSeconds, default: 60, in: Self.secondsRange)
    }

    /// One failure of an app is forgotten after this many microseconds.
    var appInterval: Int64 { max(1, appSeconds * 1_000_000 / appFailures) }
}

extension Estate {
    /// The limits in force in an environment.
    public func throttleLimits(in environment: EnvironmentName) -> ThrottleLimits {
        ThrottleLimits(ledger: ledger.limits, environment: environments[environment]?.settings.limits ?? Limits())
    }
}
