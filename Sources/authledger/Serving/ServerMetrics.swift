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
                name: "authledger_tls_handshakes_failed_total",
                help: "Connections that ended in the middle of the TLS handshake.", kind: .counter,
                value: Int64(counters.failedHandshakes)),
            Metric(
                name: "authledger_http_refusals_total",
                help: "Requests that the server refused before anybody read them, by status.", kind: .counter,
                samples: counters.refusalsByStatus.sorted { $0.key < $1.key }.map { status, count in
                    Metric.Sample(labels: [Metric.Label("status", "\(status)")], value: Int64(count))
                }),
            Metric(
                name: "authledger_http_requests_in_flight", help: "Requests that are being answered.", kind: .gauge,
                value: Int64(counters.requestsInFlight)),
        ]
    }

    /// So that an alarm can ring before a certificate ends.
    static func certificateEnd(_ seconds: Int64) -> Metric {
        Metric(
            name: "authledger_tls_certificate_end_seconds", help: "When the server's certificate ends, since 1970.",
            kind: .gauge, value: seconds)
    }
}
