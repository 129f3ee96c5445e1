internal import AuthorizationCore
internal import EventLog

/// Where every fence was last touched, as far as judging needs it: the estate's in memory, the others in memory while
/// they are fresh and otherwise as rows.
struct FenceRegister {
    private static let maximumCached = 65_536
    /// Proofs or assertions that are remembered at once.
    private static let maximumReplays = 1_048_576
    private static let proofLifetimeInSeconds: Int64 = 70
    private static let assertionLifetimeInSeconds: Int64 = 300

    private let rows: FenceRows
    private var estate: [FenceName: Int64]
    private(set) var estateChanged = false
    /// Fences of the estate that other events touched: a revocation that names no token moves every decision. Nothing
    /// is left of them at a start, because no decision is on its way then.
    private var passing: [FenceName: Int64] = [:]
    /// The positions of fences that are rows; -1 where there is none.
    private var cache = RecentCache<FenceName, Int64>(maximumCount: maximumCached)
    private var proofs = ReplayMemory(lifetimeInSeconds: proofLifetimeInSeconds, maximumCount: maximumReplays)
    private var assertions = ReplayMemory(lifetimeInSeconds: assertionLifetimeInSeconds, maximumCount: maximumReplays)

    init(rows: FenceRows, estate: [FenceName: Int64]) {
        self.rows = rows
        self.estate = estate
    }

    mutating func forgetReplays(before now: Timestamp) {
        proofs.forget(before: now)
        assertions.forget(before: now)
    }

    /// Whether another proof or assertion can be remembered.
    var hasRoomForReplays: Bool { !proofs.isFull && !assertions.isFull }

    /// The position of the last event that touched the fence; nil when none did.
    mutating func lastTouch(of fence: FenceName) throws(SQLiteError) -> Int64? {
        switch fence {
        case .estate, .environment, .operator:
            guard let other = passing[fence] else { return estate[fence] }
            return max(other, estate[fence] ?? other)
        case .proof: return proofs.position(of: fence)
        case .assertion: return assertions.position(of: fence)
        case .idempotency: return nil
        case .family, .refreshToken, .account, .subject, .token, .holds:
            if let known = cache.value(of: fence) { return known < 0 ? nil : known }
            let stored = try rows.position(of: fence)
            cache.set(fence, stored ?? -1)
            return stored
        }
    }

    /// `isEstate` says whether the event that touches it is one of the estate's, from which a start finds it again.
    mutating func touch(
        _ fence: FenceName, at position: Int64, now: Timestamp, isEstate: Bool = false
    ) throws(SQLiteError) {
        switch fence {
        case .estate, .environment, .operator:
            guard isEstate else {
                passing[fence] = position
                return
            }
            estate[fence] = position
            estateChanged = true
        case .proof: proofs.use(fence, at: position, now: now)
        case .assertion: assertions.use(fence, at: position, now: now)
        case .idempotency: break
        case .family, .refreshToken, .account, .subject, .token, .holds:
            try rows.touch(fence, at: position)
            cache.set(fence, position)
        }
    }

    /// The head's record of the estate fences: key and position of each, ascending by key.
    mutating func takeEstatePositions() -> [UInt8] {
        estateChanged = false
        return Self.bytes(of: estate)
    }

    static func bytes(of estate: [FenceName: Int64]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (key, position) in estate.map({ ($0.key.key, $0.value) }).sorted(by: { $0.0 < $1.0 }) {
            bytes += key.bytes
            withUnsafeBytes(of: position.bigEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }
}
