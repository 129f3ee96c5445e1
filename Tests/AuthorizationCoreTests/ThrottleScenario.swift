import AuthorizationCore

/// A small token endpoint around a table: it admits, refuses or asks, records and folds, as the service does.
final class ThrottleScenario {
    var table: ThrottleTable
    var limits = ThrottleLimits.standard
    var log: [Event] = []
    var now = Timestamp(microseconds: 1_790_000_000_000_000)
    private var decisions: UInt128 = 0

    init(capacity: ThrottleTable.Capacity = .standard) { table = ThrottleTable(capacity: capacity) }

    struct Asker {
        var user: UInt64 = 1
        var source: UInt64 = 1
        var app: UInt64 = 1
        var epoch: UInt64 = 10
        var thumbprint: String?

        func userTag(_ epoch: UInt64) -> Bytes16 { Bytes16(high: 1 << 32 | epoch, low: user) }
        func sourceTag(_ epoch: UInt64) -> Bytes16 { Bytes16(high: 2 << 32 | epoch, low: source) }
        var appID: AppID { AppID(bits: UInt128(app)) }

        var place: ThrottlePlace {
            let epochs = (0..<5).map { epoch - $0 }
            let proofKey = thumbprint.flatMap(ThrottleCaller.tag(ofThumbprint:))
            let callers = epochs.flatMap { epoch in
                [sourceTag(epoch), proofKey].compactMap { tag in
                    tag.map { ThrottleCaller(userTag: userTag(epoch), caller: $0) }
                }
            }
            return ThrottlePlace(
                app: appID, user: .init(current: userTag(epoch), previous: userTag(epoch - 1)),
                source: .init(current: sourceTag(epoch), previous: sourceTag(epoch - 1)), callers: callers)
        }
    }

    /// A decision that took its place and has not ended.
    struct Open {
        var asker: Asker
        var reading: ThrottleReading
        var id: DecisionID
    }

    enum End {
        case issued
        case refused(Refusal)
    }

    func wait(_ seconds: Int64) { now = now.advanced(bySeconds: seconds) }

    /// Takes a place; nil when the decision was refused as throttled and has left again.
    func open(_ asker: Asker) -> Open? {
        decisions += 1
        let id = DecisionID(bits: decisions)
        let reading = table.admit(asker.place, limits: limits, at: now)
        let throttled: Refusal? =
            reading.appIsThrottled(under: limits)
            ? .appThrottled : reading.userIsThrottled(under: limits) ? .userThrottled : nil
        var open = Open(asker: asker, reading: reading, id: id)
        if let throttled {
            record(refusal(throttled, request: request(open)), of: open)
            table.leave(asker.place, budget: reading.budget)
            return nil
        }
        open.reading = reading
        record(.tokens(.requested(request(open))), of: open)
        return open
    }

    func close(_ open: Open, _ end: End) {
        switch end {
        case .issued:
            var issued = TokenIssued()
            issued.decidedAt = now
            record(.tokens(.issued(issued)), of: open)
        case .refused(let reason):
            record(refusal(reason, request: nil), of: open)
        }
        table.leave(open.asker.place, budget: open.reading.budget)
    }

    /// One whole try. False when it was throttled.
    @discardableResult
    func attempt(_ asker: Asker, _ end: End = .refused(.credentialsRejected)) -> Bool {
        guard let open = open(asker) else { return false }
        close(open, end)
        return true
    }

    /// What a try of `asker` would be told now.
    func reading(_ asker: Asker) -> ThrottleReading { table.reading(asker.place, limits: limits, at: now) }

    func record(_ data: EventData, correlation: String = "") {
        let event = Event(
            position: Position(Int64(log.count)), recordedAt: now, actor: .service, correlation: correlation,
            blind: Bytes16(), data: data)
        log.append(event)
        let limits = limits
        table.fold(event) { _ in limits }
    }

    private func record(_ data: EventData, of open: Open) { record(data, correlation: open.id.text) }

    private func request(_ open: Open) -> TokenRequest {
        var request = TokenRequest()
        request.client.app = open.asker.appID
        request.grant = "password"
        request.receivedAt = now
        request.sourceTag = open.asker.sourceTag(open.asker.epoch)
        request.userTag = open.asker.userTag(open.asker.epoch)
        request.throttle = open.reading
        if let thumbprint = open.asker.thumbprint {
            var proof = ProofOfPossession()
            proof.thumbprint = thumbprint
            request.proof = proof
        }
        return request
    }

    private func refusal(_ reason: Refusal, request: TokenRequest?) -> EventData {
        var refused = TokenRefused()
        refused.decidedAt = now
        refused.reason = reason
        refused.request = request
        return .tokens(.refused(refused))
    }
}

/// A small generator whose every run is the same (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
