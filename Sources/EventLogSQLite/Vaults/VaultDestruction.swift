internal import AuthorizationCore
internal import EventLog

/// The end of vaults.
extension VaultTable {
    /// Deletes the wrapped keys and what leads to them; a tombstone of each stays.
    func destroy(_ vaults: [VaultLabel]) throws(VaultError) {
        for vault in vaults { try destroy(vault) }
        census.oldestDay = try reading { (open) throws(SQLiteError) in try open.readOldestDay() }
    }

    private func destroy(_ vault: VaultLabel) throws(VaultError) {
        let kind = try kind(of: vault.id)
        try reading { (open) throws(SQLiteError) in
            try open.dropVault.bind(1, vault.id.bits)
            try open.dropVault.run()
            try open.dropEntries.bind(1, vault.id.bits)
            try open.dropEntries.run()
            try open.addTombstone.bind(1, vault.id.bits)
            try open.addTombstone.bind(2, vault.day == nil ? "account" : "day")
            if let day = vault.day { try open.addTombstone.bind(3, day) } else { try open.addTombstone.bindNull(3) }
            try open.addTombstone.run()
            census.destroyed += Int64(open.connection.changes)
        }
        switch kind {
        case "account": census.accounts -= 1
        case "day": census.days -= 1
        default: break
        }
        draft?.touched.insert(vault.id)
        logHoldsKeys = true
    }

    /// The kind of a vault whose key is here, as the file writes it.
    private func kind(of vault: VaultID) throws(VaultError) -> String? {
        try reading { (open) throws(SQLiteError) -> String? in
            try open.findVault.bind(1, vault.bits)
            guard try open.findVault.step() else { return nil }
            defer { open.findVault.reset() }
            return open.findVault.text(1)
        }
    }

    func tombstones() throws(VaultError) -> [Tombstone] {
        try reading { (open) throws(SQLiteError) in
            var found: [Tombstone] = []
            while try open.allTombstones.step() {
                found.append(
                    Tombstone(
                        vault: label(from: open.allTombstones), isEmptied: open.allTombstones.int64(3) == 1))
            }
            return found
        }
    }

    func noteEmptied(_ vaults: [VaultID]) throws(VaultError) {
        for vault in vaults {
            try reading { (open) throws(SQLiteError) in
                try open.noteEmptied.bind(1, vault.bits)
                try open.noteEmptied.run()
            }
            draft?.touched.insert(vault)
        }
    }

    func dayVaults(through day: Int64) throws(VaultError) -> [VaultLabel] {
        try reading { (open) throws(SQLiteError) in
            try open.oldDays.bind(1, day)
            var found: [VaultLabel] = []
            while try open.oldDays.step() { found.append(label(from: open.oldDays)) }
            return found
        }
    }

    /// The columns `id, kind, day`.
    private func label(from row: SQLiteStatement) -> VaultLabel {
        let isDay = row.text(1) == "day"
        return VaultLabel(
            id: VaultID(bits: bits(row.blob(0))), kind: isDay ? .day : .account, day: isDay ? row.int64(2) : nil)
    }
}
