internal import AuthorizationCore
internal import EventLog
internal import IdentityClient

extension ServiceContext {
    /// What the service itself measures.
    var metrics: [Metric] {
        let state = store.state
        let counts = counters.current
        return [
            Metric(
                name: "authledger_ledger_size", help: "Events in the ledger.", kind: .gauge, value: state.head.size),
            Metric(
                name: "authledger_ledger_writable", help: "1 while the ledger takes events.", kind: .gauge,
                value: store.health == .writable ? 1 : 0),
            Metric(
                name: "authledger_free_bytes", help: "Free space of the ledger's file system.", kind: .gauge,
                value: configuration.freeBytes()),
            Metric(
                name: "authledger_clock_ahead_microseconds",
                help: "How far the clock is ahead of the log and the time since, negative when behind; 0 if it fits.",
                kind: .gauge, value: serviceClock.judgement.aheadMicroseconds ?? 0),
            Metric(
                name: "authledger_tokens_issued_total", help: "Access tokens issued.", kind: .counter,
                value: Int64(counts.tokensIssued)),
            Metric(
                name: "authledger_tokens_refused_total", help: "Token requests refused and recorded.", kind: .counter,
                value: Int64(counts.tokensRefused)),
            Metric(
                name: "authledger_tokens_revoked_total", help: "Tokens and families revoked by their apps.",
                kind: .counter, value: Int64(counts.tokensRevoked)),
            Metric(
                name: "authledger_requests_suppressed_total",
                help: "Requests that never authenticated and were not recorded one by one.", kind: .counter,
                value: Int64(counts.requestsSuppressed)),
            Metric(
                name: "authledger_identity_calls_total", help: "Calls to API Identities.", kind: .counter,
                value: Int64(counts.identityCalls)),
            Metric(
                name: "authledger_identity_failures_total", help: "Calls to API Identities that failed.",
                kind: .counter, value: Int64(counts.identityFailures)),
            Metric(
                name: "authledger_decisions_moved_total", help: "Decisions made again because the estate moved.",
                kind: .counter, value: Int64(counts.decisionsMoved)),
        ] + identityMetrics(state.estate)
    }

    private func identityMetrics(_ estate: Estate) -> [Metric] {
        let loads = estate.identities.values.filter { $0.retiredAt == nil }.map(\.id).sorted().map { id in
            (labels: [Metric.Label("identity", id.text)], load: slots.load(of: IdentitySlots.Name(id.bits)))
        }
        return [
            Metric(
                name: "authledger_identity_calls_in_flight", help: "Calls under way, by API Identity.", kind: .gauge,
                samples: loads.map { Metric.Sample(labels: $0.labels, value: Int64($0.load.inFlight)) }),
            Metric(
                name: "authledger_identity_calls_waiting", help: "Calls waiting for a slot, by API Identity.",
                kind: .gauge, samples: loads.map { Metric.Sample(labels: $0.labels, value: Int64($0.load.waiting)) }),
            Metric(
                name: "authledger_identity_breakers_open",
                help: "API Identities, by environment, that failed so often that they are asked once a second only.",
                kind: .gauge, value: Int64(breakers.openCount())),
        ]
    }
}
