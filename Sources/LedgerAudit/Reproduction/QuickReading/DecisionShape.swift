internal import AuthorizationCore

/// What decisions of one kind have in common: the keys of all their leaves, and the app. They differ in the holes of
/// their leaves, and in nothing else.
struct DecisionShape: Hashable {
    /// The most attempts of a decision that has a kind.
    static let maximumAttempts = 8

    /// 0 where the refusal holds the request.
    var request = 0
    var app: AppID?
    var attempts = SIMD8<Int32>()
    /// 0 where no account is opened.
    var opening = 0
    var outcome = 0
}

/// A decision that was made again in full and came out as recorded, for all others of its kind on the same estate.
///
/// The decision function sees of a hole no more than this: the throttle's numbers, which ``QuickCheck`` asks it about
/// again; identifiers and positions, which it hands on; times, from which ``TokenMoments`` follow.
final class ReplayedShape: Sendable {
    /// What the throttle's numbers are judged by; nil where a guard before it refused.
    let limits: ThrottleLimits?
    /// Nil for a refusal.
    let token: Token?

    struct Token: Sendable {
        /// The attempt that won.
        let winner: Int
        let lifetimeInSeconds: Int64
        /// The event behind each claim, in the order of the claims.
        let because: [Cause]
        /// Where the lifetimes of the refresh token that comes with it stand; nil where none does.
        let environment: Environment?
        /// The header as it stands in what is signed, with the full stop.
        let header: [UInt8]
    }

    enum Cause: Sendable {
        case position(Int64)
        case requested, winner, account
    }

    /// Whether the throttle lets a request through, as it did the first.
    func letsThrough(_ reading: ThrottleReading?) -> Bool {
        guard let limits, let reading else { return true }
        return reading.refusal(under: limits) == nil
    }

    init(_ limits: ThrottleLimits?, _ token: Token?) {
        self.limits = limits
        self.token = token
    }
}

extension ReplayedShape.Token {
    /// What tokens by such a grant have in common; nil where one has more claims than the common shapes.
    init?(_ grant: TokenGrant, in environment: Environment?, winner: Int, header: [UInt8]) {
        var grant = grant
        grant.standing = nil
        let places = (EventReference.inThisAppend(0), EventReference.inThisAppend(1), EventReference.inThisAppend(2))
        let because = grant.because(requested: places.0, winner: places.1, account: places.2)
        guard because.count <= QuickToken.maximumCauses else { return nil }
        self.winner = winner
        self.environment = grant.refresh == nil ? nil : environment
        lifetimeInSeconds = grant.lifetimeInSeconds
        self.because = because.map { justification in
            switch justification.event {
            case .position(let position): .position(position.value)
            case places.0: .requested
            case places.1: .winner
            case .inThisAppend, .admission: .account
            }
        }
        self.header = header
    }
}
