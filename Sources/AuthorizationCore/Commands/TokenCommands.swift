/// Everything that an Identity vouched for so far is no longer believed (D-9).
///
/// What it vouches for afterwards is: whoever means that to stop too unlinks, undeploys or retires it.
public struct RevokeVouchedBy: Command {
    public static let name = "token.revoke_vouched_by"
    public var id: IdentityID
    /// How many live tokens this takes, as far as they were counted.
    public var count: Int64
    public var cause: SealedValue
    public var by: OperatorID

    public init(id: IdentityID, count: Int64, cause: SealedValue, by: OperatorID) {
        self.id = id
        self.count = count
        self.cause = cause
        self.by = by
    }

    public var subject: CommandSubject { .identity(id) }
    public var isUrgent: Bool { true }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        // A retired one too: its tokens outlive it.
        guard estate.identities[id] != nil else { throw CommandRefusal(.notFound) }
        var event = TokenRevoked()
        event.by = by.text
        event.cause = .byOperator
        event.causeText = cause
        event.count = count
        event.id = id.text
        event.scope = .vouchedBy
        return [.tokens(.revoked(event))]
    }
}
