import AuthorizationCore
import EventLogSQLite
import FieldCoding
import Threads

/// Failed guesses as a fold of the log: the store keeps it in step, the token endpoint reads the same table.
final class ThrottleProjection: SideProjection {
    let table = Locked(ThrottleTable())
    private let limits = Locked(RecordedLimits())

    func restore(_ bytes: [UInt8]) -> Bool {
        guard let split = bytes.firstIndex(of: Self.separator),
            let recorded = try? FieldReader.read(RecordedLimits.self, from: Array(bytes[..<split])),
            let kept = ThrottleTable(serialized: Array(bytes[(split + 1)...]))
        else { return false }
        limits.withLock { $0 = recorded }
        table.withLock { $0 = kept }
        return true
    }

    /// Of a grant's events, those that begin and end it.
    private static let foldedTypes: Set<EventType> = [
        .ledgerConfigured, .environmentConfigured, .tokenRequested, .tokenIssued, .tokenRefused, .throttleCleared,
    ]

    func folds(_ type: EventType) -> Bool { Self.foldedTypes.contains(type) }

    func fold(_ events: [Event]) {
        for event in events {
            if case .ledger(.configured(let data)) = event.data { limits.withLock { $0.ledger = data.limits } }
            if case .environments(.configured(let data)) = event.data {
                limits.withLock { $0.set(data.settings.limits, for: data.environment) }
            }
        }
        let limits = limits.withLock { $0 }
        table.withLock { table in
            for event in events { table.fold(event) { limits.effective(in: $0) } }
        }
    }

    func snapshot() -> [UInt8] {
        let recorded = limits.withLock { $0 }
        guard let head = try? FieldWriter.bytes(of: recorded) else { return [] }
        return head + [Self.separator] + table.withLock { $0.serialized() }
    }

    /// Canonical JSON holds no raw line feed.
    private static let separator = UInt8(ascii: "\n")
}

/// The limits that the log has recorded, by environment.
private struct RecordedLimits: FieldGroup {
    struct Entry: FieldGroup {
        var environment = EnvironmentName()
        var limits = Limits()

        init() {}
        mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
            try fields.text("environment", &environment)
            try fields.group("limits", &limits)
        }
    }

    var environments: [Entry] = []
    var ledger = Limits()

    init() {}
    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.groups("environments", &environments)
        try fields.group("ledger", &ledger)
    }

    mutating func set(_ limits: Limits, for environment: EnvironmentName) {
        environments.removeAll { $0.environment == environment }
        var entry = Entry()
        entry.environment = environment
        entry.limits = limits
        environments.append(entry)
    }

    func effective(in environment: EnvironmentName) -> ThrottleLimits {
        let own = environments.first { $0.environment == environment }?.limits ?? Limits()
        return ThrottleLimits(ledger: ledger, environment: own)
    }
}
