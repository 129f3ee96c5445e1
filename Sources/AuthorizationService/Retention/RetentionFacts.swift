public import AuthorizationCore
public import EventLog

/// What the log says about vaults that are to end, and about holds that keep them: a fold of all events.
///
/// It grows by one row for every vault that was ever destroyed, 26 bytes in a snapshot.
public struct RetentionFacts: Sendable, Equatable {
    /// The vaults that must have no key any more. Of a day's vault the day, nil for a person's.
    public private(set) var destroyed: [VaultID: Int64?] = [:]
    /// The days that a hold keeps.
    private var holds: [HoldID: ClosedRange<Int64>] = [:]

    public init() {}

    /// The types that change anything.
    public static let foldedTypes: Set<EventType> = [
        .vaultDestroyed, .personErased, .accountHoldPlaced, .accountHoldLifted,
    ]

    public mutating func fold(_ event: Event) {
        guard case .accounts(let data) = event.data else { return }
        switch data {
        case .vaultDestroyed(let data): destroyed[data.vault] = data.kind == .day ? .some(data.day) : .some(nil)
        case .personErased(let data): for vault in data.vaults { destroyed[vault] = .some(nil) }
        case .holdPlaced(let data): holds[data.hold] = data.days
        case .holdLifted(let data): holds[data.hold] = nil
        case .opened, .subjectAssigned, .credentialLinked, .credentialUnlinked, .mergeProposed, .merged, .split,
            .declaredSeparate:
            break
        }
    }

    /// Whether a hold forbids to destroy the vault of this day.
    public func keeps(day: Int64) -> Bool { holds.values.contains { $0.contains(day) } }

    /// The vaults that must have no key any more.
    public var destroyedVaults: [VaultLabel] {
        destroyed.map { VaultLabel(id: $0.key, kind: $0.value == nil ? .account : .day, day: $0.value) }
    }
}

extension HoldPlaced {
    /// An end that is not given is open. Nil when the hold names no days at all.
    fileprivate var days: ClosedRange<Int64>? {
        if firstDay == nil, lastDay == nil { return nil }
        let first = firstDay ?? .min
        let last = lastDay ?? .max
        // A range that was given the wrong way round is still a wish to keep.
        return min(first, last)...max(first, last)
    }
}

// MARK: - Snapshots

extension RetentionFacts {
    private static let mark = Array("retention".utf8) + [1]

    /// The facts as bytes, big-endian, sorted: `"retention"`, a version, two counts, then vaults (id, whether of a day, day) and holds
    /// (id, first day, last day).
    public func serialized() -> [UInt8] {
        var bytes = Self.mark
        bytes.reserveCapacity(26 + 25 * destroyed.count + 32 * holds.count)
        bytes.put(UInt64(destroyed.count))
        bytes.put(UInt64(holds.count))
        for (vault, day) in destroyed.sorted(by: { $0.key < $1.key }) {
            bytes.put(vault.bits)
            bytes.append(day == nil ? 0 : 1)
            bytes.put(day ?? 0)
        }
        for (hold, days) in holds.sorted(by: { $0.key < $1.key }) {
            bytes.put(hold.bits)
            bytes.put(days.lowerBound)
            bytes.put(days.upperBound)
        }
        return bytes
    }

    /// Reads what ``serialized()`` wrote, and nothing else.
    public init?(serialized bytes: [UInt8]) {
        var rest = bytes[...]
        guard rest.starts(with: Self.mark) else { return nil }
        rest.removeFirst(Self.mark.count)
        guard let vaults: UInt64 = rest.take(), let holdCount: UInt64 = rest.take(),
            // No more than there are bytes for: a damaged count must not make us reserve.
            vaults <= UInt64(rest.count), holdCount <= UInt64(rest.count)
        else { return nil }
        for _ in 0..<vaults {
            guard let id: UInt128 = rest.take(), let isDay: UInt8 = rest.take(), let day: Int64 = rest.take() else {
                return nil
            }
            destroyed[VaultID(bits: id)] = isDay == 1 ? .some(day) : .some(nil)
        }
        for _ in 0..<holdCount {
            guard let id: UInt128 = rest.take(), let first: Int64 = rest.take(), let last: Int64 = rest.take(),
                first <= last
            else { return nil }
            holds[HoldID(bits: id)] = first...last
        }
        guard rest.isEmpty, serialized() == bytes else { return nil }
    }
}

extension [UInt8] {
    fileprivate mutating func put(_ number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }
}

extension ArraySlice<UInt8> {
    fileprivate mutating func take<Number: FixedWidthInteger>() -> Number? {
        let count = Number.bitWidth / 8
        guard self.count >= count else { return nil }
        defer { removeFirst(count) }
        return prefix(count).reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }
}
