public struct ThrottleLimits { init(ledger: Limits, environment: Limits) {} }
extension ThrottleReading { func appIsThrottled(_ l: ThrottleLimits) -> Bool { false }; func userIsThrottled(_ l: ThrottleLimits) -> Bool { false } }
public struct RecordingBudget: Sendable { public init() {} }
public struct ThrottleTable: Sendable { public init() {} }
