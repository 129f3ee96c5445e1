internal import AuthorizationCore
internal import EventLog
internal import Glibc
internal import LedgerCrypto

/// The sealed records that the newest events named, to be found in the side table in the same order.
///
/// Expected and stored records both ascend by position and the bytes of their fields, so one walk compares them.
struct ExpectedSeals: ~Copyable {
    private var expected: [Expected] = []
    /// Places of events that could not be read: what they named is not known. Ascending.
    private var unknown: [Int64] = []
    private(set) var whole = 0
    private var hasher = SHA256Hasher()

    fileprivate struct Expected {
        let place: Int64
        let seal: NamedSeal
    }

    mutating func expect(_ seal: NamedSeal, at place: Int64) { expected.append(Expected(place: place, seal: seal)) }

    mutating func expectAnything(at place: Int64) { unknown.append(place) }

    /// Compares what is expected with what the reader has for these positions; the next range starts anew.
    mutating func compare(
        _ range: Range<Int64>, in reader: any AuditReader, _ vaults: inout SealedBook, _ findings: inout Findings
    ) throws(StoreError) {
        var next = 0
        try reader.scanSealed(range) { (row) throws(StoreError) in
            while next < expected.count, !expected[next].isNamed(as: row), expected[next].stands(before: row) {
                vaults.take(missing: expected[next].seal, at: expected[next].place)
                next += 1
            }
            if next < expected.count, expected[next].isNamed(as: row) {
                compare(row, with: expected[next].seal, &findings)
                next += 1
            } else if !unknown.contains(row.position.value) {
                findings.add(
                    .damage, at: row.position,
                    "A sealed record '\(row.name)' is filed here, but the event names none.")
            }
            return true
        }
        for rest in expected[next...] { vaults.take(missing: rest.seal, at: rest.place) }
        expected.removeAll(keepingCapacity: true)
        unknown.removeAll(keepingCapacity: true)
    }

    private mutating func compare(_ row: SealedRow, with seal: NamedSeal, _ findings: inout Findings) {
        if hasher.hash(row.record) != seal.ciphertextHash {
            findings.add(
                .damage, at: row.position, "The sealed record of '\(seal.name)' is not the one that was recorded.")
        } else if row.vault != seal.vault {
            findings.add(
                .damage, at: row.position, "The sealed record of '\(seal.name)' is filed under another vault.")
        } else {
            whole += 1
        }
    }
}

extension ExpectedSeals.Expected {
    fileprivate func stands(before row: SealedRow) -> Bool {
        place < row.position.value || (place == row.position.value && seal.path.lexicographicallyPrecedes(row.field))
    }

    fileprivate func isNamed(as row: SealedRow) -> Bool {
        guard place == row.position.value, seal.path.count == row.field.count else { return false }
        return seal.path.withUnsafeBytes { path in
            guard let path = path.baseAddress, let field = row.field.baseAddress else { return true }
            return memcmp(path, field, row.field.count) == 0
        }
    }
}
