import AuthorizationCore
import EventLogSQLite
import FieldCoding
import Threads

/// What is no longer believed, as a fold of the log: the store keeps it in step, the doors read the same table.
final class RevocationProjection: SideProjection {
    let table = Locked(RevocationTable())

    func restore(_ bytes: [UInt8]) -> Bool {
        guard let kept = Self.table(of: bytes) else { return false }
        table.withLock { $0 = kept }
        return true
    }

    /// What ``snapshot()`` gave, as a table; nil for anything else.
    static func table(of bytes: [UInt8]) -> RevocationTable? {
        guard let kept = try? FieldReader.read(KeptMarks.self, from: bytes) else { return nil }
        let marks = kept.marks.compactMap(\.mark)
        return marks.count == kept.marks.count ? RevocationTable(marks: marks) : nil
    }

    func folds(_ type: EventType) -> Bool { RevocationTable.foldedTypes.contains(type) }

    func fold(_ events: [Event]) {
        // Nearly every batch has none: no lock is taken for it.
        let ends = events.filter { folds($0.data.type) }
        guard !ends.isEmpty else { return }
        table.withLock { table in
            for event in ends { table.fold(event) }
        }
    }

    func snapshot() -> [UInt8] {
        var kept = KeptMarks()
        kept.marks = table.withLock { $0.marks }.map(KeptMark.init)
        return (try? FieldWriter.bytes(of: kept)) ?? []
    }
}

private struct KeptMarks: FieldGroup {
    var marks: [KeptMark] = []

    init() {}
    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.groups("marks", &marks)
    }
}

private struct KeptMark: FieldGroup {
    var id = ""
    var position: Int64 = 0
    var recordedAt = Timestamp()
    var scope = TokenRevoked.Scope.app

    init() {}
    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("id", &id)
        try fields.integer("position", &position)
        try fields.text("recorded_at", &recordedAt)
        try fields.text("scope", &scope)
    }

    init(_ mark: RevocationMark) {
        switch mark.name {
        case .account(let account): (scope, id) = (.account, account.text)
        case .app(let app): (scope, id) = (.app, app.text)
        case .key(let kid): (scope, id) = (.key, kid)
        case .vouchedBy(let identity): (scope, id) = (.vouchedBy, identity.text)
        }
        position = mark.position.value
        recordedAt = mark.recordedAt
    }

    /// nil for a text that names nothing of its kind.
    var mark: RevocationMark? {
        let name: RevocationMark.Name? =
            switch scope {
            case .account: AccountID(text: id).map { .account($0) }
            case .app: AppID(text: id).map { .app($0) }
            case .key: .key(id)
            case .vouchedBy: IdentityID(text: id).map { .vouchedBy($0) }
            case .token, .family: nil
            }
        return name.map { RevocationMark(name: $0, position: Position(position), recordedAt: recordedAt) }
    }
}
