internal import HTTPMessages
internal import Threads

/// The places of one kind of request: so many are answered at once, and whoever finds none is told to come back.
///
/// Each kind has its own, so that a flood of one cannot stop what would stop it.
final class RequestPlaces: Sendable {
    static let retrySeconds = 1

    private let maximum: Int
    private let taken = Locked(0)

    init(_ maximum: Int) {
        self.maximum = maximum
    }

    /// What `body` answers, or 503 with `Retry-After` when every place is taken (RFC 9110, section 15.6.4).
    func answer(_ body: () async -> HTTPResponse) async -> HTTPResponse {
        let hasPlace = taken.withLock { taken in
            guard taken < maximum else { return false }
            taken += 1
            return true
        }
        guard hasPlace else { return Problem.busy.response(fields: ["Retry-After": "\(Self.retrySeconds)"]) }
        defer { taken.withLock { $0 -= 1 } }
        return await body()
    }
}
