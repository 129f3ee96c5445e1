internal import AuthorizationCore
internal import EventLog
internal import Threads

extension Retention {
    /// What `/metrics` says of it.
    public var metrics: [Metric] {
        let (lastPass, failures) = state.withLock { ($0.lastPass, $0.failures) }
        return Metric.list(of: vaults.census)
            + [
                Metric(
                    name: "authledger_retention_last_pass_timestamp_seconds",
                    help: "When everything that was due was destroyed; 0 before the first time.", kind: .gauge,
                    value: lastPass?.seconds ?? 0),
                Metric(
                    name: "authledger_retention_failures_total",
                    help: "Passes in which something could not be destroyed.",
                    kind: .counter, value: failures),
            ]
    }
}

extension Metric {
    /// What the vault file holds.
    static func list(of census: VaultCensus) -> [Metric] {
        var metrics = [
            Metric(
                name: "authledger_vaults", help: "Vaults that have a key, by kind.", kind: .gauge,
                samples: [
                    Sample(labels: [Label("kind", "account")], value: census.accounts),
                    Sample(labels: [Label("kind", "day")], value: census.days),
                ]),
            Metric(
                name: "authledger_vaults_destroyed", help: "Vaults whose key was destroyed.", kind: .gauge,
                value: census.destroyed),
            Metric(
                name: "authledger_vault_epoch_change_timestamp_seconds",
                help: "When the epoch key, under which vault keys are wrapped, was last changed.", kind: .gauge,
                value: census.epochSince.seconds),
        ]
        if let day = census.oldestDay {
            metrics.append(
                Metric(
                    name: "authledger_oldest_day_vault_timestamp_seconds",
                    help: "The beginning of the oldest day whose vault is kept.", kind: .gauge, value: day * 86_400))
        }
        return metrics
    }
}
