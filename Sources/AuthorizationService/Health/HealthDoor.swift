internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog
public import HTTPMessages
internal import Threads

/// Whether the service lives, whether it can do its work, and what it has counted.
public final class HealthDoor: Sendable {
    private let context: ServiceContext
    private let releaser: CheckpointReleaser
    private let serverMetrics: @Sendable () -> [Metric]
    private let monotonic: @Sendable () -> Int64
    private let watch = Locked(ClockWatch())

    /// - Parameters:
    ///   - serverMetrics: What the HTTP servers count.
    ///   - monotonic: Microseconds from any beginning, of a clock that is never set.
    public init(
        _ context: ServiceContext, releaser: CheckpointReleaser,
        serverMetrics: @escaping @Sendable () -> [Metric] = { [] },
        monotonic: @escaping @Sendable () -> Int64 = HealthDoor.systemMonotonic
    ) {
        self.context = context
        self.releaser = releaser
        self.serverMetrics = serverMetrics
        self.monotonic = monotonic
        // The first look, so that a jump is noticed that comes before anybody asks.
        _ = judgeClock()
    }

    /// Answers `/healthz`, `/readyz` and `/metrics`.
    public func answer(_ request: HTTPRequest) -> HTTPResponse {
        let segments = request.pathSegments
        guard segments.count == 1, ["healthz", "readyz", "metrics"].contains(segments[0]) else {
            return Problem.notFound.response()
        }
        guard request.method == "GET" || request.method == "HEAD" else { return Problem.methodNotAllowed("GET, HEAD") }
        switch segments[0] {
        case "healthz": return Self.status("ok", reasons: [])
        case "readyz":
            let reasons = reasonsNotReady
            return Self.status(reasons.isEmpty ? "ok" : "unavailable", reasons: reasons)
        default:
            return HTTPResponse(
                status: 200,
                fields: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8", "Cache-Control": "no-store"],
                body: Array(Metric.text(context.metrics + serverMetrics()).utf8))
        }
    }

    /// Why the service cannot do its work; empty when it can.
    private var reasonsNotReady: [NotReady] {
        var reasons: [NotReady] = []
        if context.store.health != .writable { reasons.append(.ledgerStopped) }
        if releaser.refusal != nil { reasons.append(.checkpointRefused) }
        if context.configuration.freeBytes() < context.configuration.minimumFreeBytes { reasons.append(.spaceLow) }
        switch judgeClock() {
        case .right: break
        case .behind: reasons.append(.clockBehind)
        case .ahead: reasons.append(.clockAhead)
        }
        return reasons
    }

    /// Whether the clock is fit for deciding: lifetimes hang on it.
    var clockIsRight: Bool { judgeClock() == .right }

    private func judgeClock() -> ClockJudgement {
        watch.withLock { watch in
            // Read in this order: an event recorded in between must not look later than the clock.
            let lastEvent = context.store.state.recordedAt
            return watch.judge(wall: context.clock(), monotonic: monotonic(), lastEvent: lastEvent)
        }
    }

    private static func status(_ status: String, reasons: [NotReady]) -> HTTPResponse {
        var json = JSONWriter()
        json.beginObject()
        if !reasons.isEmpty {
            json.name("reasons")
            json.beginArray()
            for reason in reasons { json.string(reason.rawValue) }
            json.endArray()
        }
        json.name("status")
        json.string(status)
        json.endObject()
        return .json(json.bytes, status: reasons.isEmpty ? 200 : 503, fields: ["Cache-Control": "no-store"])
    }

    /// The system's monotonic clock.
    public static let systemMonotonic: @Sendable () -> Int64 = {
        let since = start.duration(to: ContinuousClock.now).components
        return since.seconds * 1_000_000 + since.attoseconds / 1_000_000_000_000
    }

    private static let start = ContinuousClock.now
}

/// Why the service is not ready. Raw values are words for programs and do not change.
enum NotReady: String {
    case ledgerStopped = "ledger_stopped"
    case checkpointRefused = "checkpoint_refused"
    case spaceLow = "space_low"
    case clockBehind = "clock_behind"
    case clockAhead = "clock_ahead"
}
