extension ThrottleTable {
    /// The table as bytes, big-endian and of fixed width per row, without what is in flight.
    ///
    /// `"throttle"`, a version, four numbers of rows, then users (tag, budget, run, in a row, last), apps (app, source,
    /// count, empty at), callers (user tag, caller, accepted at) and undecided decisions, each longest untouched first.
    public func serialized() -> [UInt8] {
        var out = FixedWidthWriter()
        out.bytes.reserveCapacity(32 + 33 * users.count + 44 * apps.count + 40 * callers.count + 128 * undecided.count)
        out.put(snapshotMark)
        for count in [users.count, apps.count, callers.count, undecided.count] { out.put(UInt32(count)) }
        for (key, row) in users.entries {
            out.put(key)
            out.put(row.run)
            out.put(row.inARow)
            out.put(row.lastAt)
        }
        for (key, row) in apps.entries {
            out.put(Bytes16(key.app))
            out.put(key.source)
            out.put(row.count)
            out.put(row.bucket.emptyAt)
        }
        for (key, row) in callers.entries {
            out.put(key.userTag)
            out.put(key.caller)
            out.put(row.at)
        }
        for (key, row) in undecided.entries {
            out.put(Bytes16(key))
            out.put(row.user)
            out.put(row.app.map { Bytes16($0) })
            out.put(row.source)
            out.put(row.proofKey)
            for limit in row.limits.inOrder { out.put(UInt64(limit)) }
        }
        return out.bytes
    }

    /// Reads what ``serialized()`` wrote, and nothing else: nil for any other bytes, and for more rows than fit.
    public init?(serialized bytes: [UInt8], capacity: Capacity = .standard) {
        self.init(capacity: capacity)
        var input = FixedWidthReader(bytes)
        guard input.begins(with: snapshotMark), let userCount = input.count(upTo: users.capacity),
            let appCount = input.count(upTo: apps.capacity), let callerCount = input.count(upTo: callers.capacity),
            let undecidedCount = input.count(upTo: undecided.capacity)
        else { return nil }
        // Rows are set at the beginning of time, when none has expired.
        for _ in 0..<userCount {
            guard let key = input.userBudget(), let run = input.uint32(), let inARow = input.uint32(),
                let lastAt = input.timestamp(), run >= 1, run <= inARow
            else { return nil }
            users.set(FailureRun(run: run, inARow: inARow, lastAt: lastAt), for: key, at: Timestamp())
        }
        for _ in 0..<appCount {
            guard let app = input.bytes16(), let source = input.bytes16(), let count = input.uint32(), count >= 1,
                let emptyAt = input.timestamp()
            else { return nil }
            let row = AppFailures(count: count, bucket: LeakyBucket(emptyAt: emptyAt))
            apps.set(row, for: AppSource(app: AppID(app), source: source), at: Timestamp(microseconds: -1))
        }
        for _ in 0..<callerCount {
            guard let userTag = input.bytes16(), let caller = input.bytes16(), let at = input.timestamp() else {
                return nil
            }
            callers.set(Acceptance(at: at), for: ThrottleCaller(userTag: userTag, caller: caller), at: Timestamp())
        }
        for _ in 0..<undecidedCount {
            guard let decision = input.bytes16(), let row = input.undecided() else { return nil }
            undecided.set(row, for: DecisionID(decision), at: Timestamp())
        }
        // A repeated key or rows out of order would be written differently.
        guard input.isAtEnd, serialized() == bytes else { return nil }
    }
}

private let snapshotMark = Array("throttle".utf8) + [1]

private struct FixedWidthWriter {
    var bytes: [UInt8] = []

    mutating func put(_ more: [UInt8]) { bytes += more }
    mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        for shift in stride(from: Number.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
        }
    }
    mutating func put(_ tag: Bytes16) {
        put(tag.high)
        put(tag.low)
    }
    mutating func put(_ tag: Bytes16?) {
        put(UInt8(tag == nil ? 0 : 1))
        put(tag ?? Bytes16())
    }
    mutating func put(_ moment: Timestamp) { put(moment.microseconds) }
    mutating func put(_ key: UserBudget) {
        put(key.tag)
        switch key.budget {
        case .stranger: put(UInt8(0))
        case .known: put(UInt8(1))
        }
    }
}

private struct FixedWidthReader {
    private let bytes: [UInt8]
    private var next = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { next == bytes.count }

    mutating func begins(with expected: [UInt8]) -> Bool {
        guard bytes.starts(with: expected) else { return false }
        next += expected.count
        return true
    }
    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
        let end = next + Number.bitWidth / 8
        guard end <= bytes.count else { return nil }
        var number: Number = 0
        while next < end {
            number = number << 8 | Number(truncatingIfNeeded: bytes[next])
            next += 1
        }
        return number
    }
    mutating func uint32() -> UInt32? { number(UInt32.self) }
    mutating func count(upTo maximum: Int) -> Int? { uint32().flatMap { Int($0) <= maximum ? Int($0) : nil } }
    mutating func timestamp() -> Timestamp? {
        number(Int64.self).flatMap { snapshotMoments.contains($0) ? Timestamp(microseconds: $0) : nil }
    }
    mutating func bytes16() -> Bytes16? {
        guard let high = number(UInt64.self), let low = number(UInt64.self) else { return nil }
        return Bytes16(high: high, low: low)
    }
    /// The outer nil is a fault, the inner one an absent tag.
    mutating func optionalBytes16() -> Bytes16?? {
        guard let flag = number(UInt8.self), let tag = bytes16() else { return nil }
        switch flag {
        case 0: return .some(nil)
        case 1: return tag
        default: return nil
        }
    }
    mutating func userBudget() -> UserBudget? {
        guard let tag = bytes16(), let budget = number(UInt8.self) else { return nil }
        switch budget {
        case 0: return UserBudget(tag: tag, budget: .stranger)
        case 1: return UserBudget(tag: tag, budget: .known)
        default: return nil
        }
    }
    mutating func undecided() -> Undecided? {
        guard let user = userBudget(), let app = optionalBytes16(), let source = optionalBytes16(),
            let proofKey = optionalBytes16(), let limits = limits()
        else { return nil }
        return Undecided(
            user: user, app: app.map { AppID($0) }, source: source, proofKey: proofKey, limits: limits)
    }
    mutating func limits() -> ThrottleLimits? {
        var recorded = Limits()
        recorded.appFailures = number(Int64.self)
        recorded.appSeconds = number(Int64.self)
        recorded.userFailures = number(Int64.self)
        recorded.userSeconds = number(Int64.self)
        return recorded.userSeconds == nil ? nil : ThrottleLimits(ledger: recorded)
    }
}

/// From 1970 to the end of the year 9999.
private let snapshotMoments: ClosedRange<Int64> = 0...253_402_300_799_999_999

extension ThrottleLimits {
    fileprivate var inOrder: [Int64] { [appFailures, appSeconds, userFailures, userSeconds] }
}

extension Bytes16 {
    fileprivate init<Kind>(_ identifier: Identifier<Kind>) {
        self.init(
            high: UInt64(truncatingIfNeeded: identifier.bits >> 64), low: UInt64(truncatingIfNeeded: identifier.bits))
    }
}

extension Identifier {
    fileprivate init(_ bytes: Bytes16) { self.init(bits: UInt128(bytes.high) << 64 | UInt128(bytes.low)) }
}
