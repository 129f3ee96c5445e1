internal import AuthorizationCore

/// Sealed records that are gone, by vault, and the vaults of which the log says that they were destroyed.
struct SealedBook {
    private struct Missing {
        var first: Position
        var field: String
        var count: Int
    }

    private var missing: [VaultID: Missing] = [:]
    private var destroyed: Set<VaultID> = []

    /// Notes a record that was not found.
    mutating func take(missing seal: NamedSeal, at place: Int64) {
        missing[seal.vault, default: Missing(first: Position(place), field: seal.name, count: 0)].count += 1
    }

    /// Notes the vaults that an event destroys.
    mutating func take(_ event: Event) {
        guard case .accounts(let data) = event.data else { return }
        if case .vaultDestroyed(let destroyed) = data { self.destroyed.insert(destroyed.vault) }
        if case .personErased(let erased) = data { destroyed.formUnion(erased.vaults) }
    }

    /// Whether every record that is gone was erased.
    var isExplained: Bool { missing.keys.allSatisfy(destroyed.contains) }

    /// How many records are gone by erasure, and how many without a reason. The latter are findings, unless the event
    /// that gives the reason may be one that could not be read.
    func finish(hasUnread: Bool, _ findings: inout Findings) -> (erased: Int, gone: Int) {
        var (erased, gone) = (0, 0)
        for (vault, missing) in missing.sorted(by: { $0.value.first < $1.value.first }) {
            if destroyed.contains(vault) {
                erased += missing.count
                continue
            }
            gone += missing.count
            guard !hasUnread else { continue }
            let others = missing.count > 1 ? ", and \(missing.count - 1) more of its vault" : ""
            findings.add(
                .damage, at: missing.first,
                "The sealed record of '\(missing.field)' is gone\(others), but \(vault.text) was never destroyed.")
        }
        return (erased, gone)
    }
}
