internal import AuthorizationCore

extension Metric {
    /// What `/metrics` says of witnesses; each is called by its place in the policy file, from 1.
    static func list(of standings: [WitnessStanding], quorumSize: Int64, at newestAt: Timestamp) -> [Metric] {
        func samples(_ value: (WitnessStanding) -> Int64) -> [Sample] {
            standings.enumerated().map { Sample(labels: [Label("witness", "\($0 + 1)")], value: value($1)) }
        }
        return [
            Metric(
                name: "authledger_witnessed_size", help: "Events of the newest checkpoint that the quorum cosigned.",
                kind: .gauge, value: quorumSize),
            Metric(
                name: "authledger_witnessed_timestamp_seconds",
                help: "When the quorum cosigned it, or when the service started with it; 0 before the first.",
                kind: .gauge, value: newestAt.seconds),
            Metric(
                name: "authledger_witness_size",
                help: "Events of the newest checkpoint that a witness cosigned since the start.",
                kind: .gauge, samples: samples(\.cosignedSize)),
            Metric(
                name: "authledger_witness_failures_total", help: "Requests that brought no cosignature.",
                kind: .counter, samples: samples(\.failures)),
            Metric(
                name: "authledger_witness_ahead",
                help: "1 for a witness that says it cosigned more than the log holds: a rolled-back ledger, or a copy.",
                kind: .gauge, samples: samples { $0.sizeAhead == nil ? 0 : 1 }),
        ]
    }
}
