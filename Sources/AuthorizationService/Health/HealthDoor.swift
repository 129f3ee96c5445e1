internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog
public import HTTPMessages

/// Whether the service lives, whether it can do its work, and what it has counted.
public final class HealthDoor: Sendable {
    private let context: ServiceContext
    private let releaser: CheckpointReleaser
    private let serverMetrics: @Sendable () -> [Metric]

    /// - Parameter serverMetrics: What the HTTP servers count.
    public init(
        _ context: ServiceContext, releaser: CheckpointReleaser,
        serverMetrics: @escaping @Sendable () -> [Metric] = { [] }
    ) {
        self.context = context
        self.releaser = releaser
        self.serverMetrics = serverMetrics
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
        if !context.configuration.hasSpaceForStrangers { reasons.append(.spaceLow) }
        switch context.serviceClock.judgement {
        case .right: break
        case .behind: reasons.append(.clockBehind)
        case .ahead: reasons.append(.clockAhead)
        }
        return reasons
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
}

/// Why the service is not ready. Raw values are words for programs and do not change.
enum NotReady: String {
    case ledgerStopped = "ledger_stopped"
    case checkpointRefused = "checkpoint_refused"
    case spaceLow = "space_low"
    case clockBehind = "clock_behind"
    case clockAhead = "clock_ahead"
}
