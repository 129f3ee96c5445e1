import AuthorizationService
import HTTPServer

extension Metric {
    /// What the HTTP server counts, for `/metrics`.
    static func list(of counters: ServerCounters) -> [Metric] {
        [
            Metric(
                name: "authledger_http_connections_open", help: "Connections that are open.", kind: .gauge,
                value: Int64(counters.connectionsOpen)),
            Metric(
                name: "authledger_http_connections_accepted_total", help: "Connections that were taken.",
                kind: .counter, value: Int64(counters.connectionsAccepted)),
            Metric(
                name: "authledger_http_connections_refused_total",
                help: "Connections closed at once because of a limit.", kind: .counter,
                value: Int64(counters.connectionsRefusedByTotal + counters.connectionsRefusedByAddress)),
            Metric(
                name: "authledger_http_requests_in_flight", help: "Requests that are being answered.", kind: .gauge,
                value: Int64(counters.requestsInFlight)),
        ]
    }
}
