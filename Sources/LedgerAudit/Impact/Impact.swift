public import AuthorizationCore
public import CanonicalJSON
public import EventLog

/// Asks which live tokens an API Identity vouched for (D-9): what a revocation would take.
public struct Impact {
    public var identity: IdentityID
    /// Tokens that expire at this moment or before are not live.
    public var now: Timestamp

    public init(identity: IdentityID, at now: Timestamp) {
        self.identity = identity
        self.now = now
    }

    /// Reads the whole ledger; `progress` is told events read and events to read. Memory is needed for what is live.
    ///
    /// Throws ``AuditError`` when no such Identity was ever registered, and at the first event that is damaged.
    public func run(
        _ reader: any LedgerReader, progress: (Int64, Int64) -> Void = { _, _ in }
    ) throws(AuditError) -> ImpactReport {
        let size = try reader.headSize()
        let estate = try reader.estate(ofSize: size)
        guard let found = estate.identities[identity] else { throw .noSuchIdentity(identity) }
        var live = LiveTokens(vouchedBy: identity, at: now)
        var damaged: Position?
        do throws(StoreError) {
            try reader.scan(0..<size) { (position, body, _) in
                if position.value % 4_096 == 0 { progress(position.value, size) }
                guard let type = try? RecordedForm.type(of: body) else {
                    damaged = position
                    return false
                }
                guard LiveTokens.foldedTypes.contains(type) else { return true }
                guard let event = try? RecordedForm.decode(body), event.position == position else {
                    damaged = position
                    return false
                }
                live.fold(event)
                return true
            }
        } catch {
            throw .store(error)
        }
        if let damaged { throw .noEvent(damaged) }
        return ImpactReport(name: found.latest.content.name.text, size: size, live: live)
    }
}

/// The live tokens of one Identity.
public struct ImpactReport: Sendable {
    public let name: String
    /// The events that were read.
    public let size: Int64
    public let live: LiveTokens

    /// One line of the list.
    public struct Row: Sendable {
        public enum Kind: String, Sendable { case accessToken = "access_token", refreshToken = "refresh_token" }

        public var kind: Kind
        /// The `jti`, or the family.
        public var id: String
        public var entry: LiveTokens.Entry
    }

    /// In the order in which they were issued.
    public var rows: [Row] {
        let tokens = live.tokens.map { Row(kind: .accessToken, id: $0.key.text, entry: $0.value) }
        let families = live.families.map { Row(kind: .refreshToken, id: $0.key.text, entry: $0.value) }
        return (tokens + families).sorted { ($0.entry.position, $0.id) < ($1.entry.position, $1.id) }
    }

    public var json: JSONValue {
        .object([
            "identity": .object(["id": .string(live.identity.text), "name": .string(name)]),
            "at": .string(live.now.text),
            "size": .integer(size),
            "count": .integer(live.count),
            "tokens": .array(rows.map(\.json)),
        ])
    }
}

extension ImpactReport.Row {
    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "kind": .string(kind.rawValue), "id": .string(id), "position": .integer(entry.position.value),
            "app": .string(entry.app.text), "aud": .array(entry.audience.map { .string($0) }),
            "expires_at": .string(entry.expiresAt.text),
        ]
        if let account = entry.account { members["account"] = .string(account.text) }
        if let family = entry.family { members["family"] = .string(family.text) }
        return .object(members)
    }
}
