/// How long an operator's key holds where the ledger's settings do not say.
public let defaultOperatorKeyDays: Int64 = 90

public struct AddOperator: Command {
    public static let name = "operator.add"
    public var id: OperatorID
    public var operatorName: Name
    public var roles: [Role]
    public var key: SecretDigest
    public var now: Timestamp

    public init(id: OperatorID, name: Name, roles: [Role], key: SecretDigest, now: Timestamp) {
        self.id = id
        operatorName = name
        self.roles = roles
        self.key = key
        self.now = now
    }

    public var subject: CommandSubject { .operator(id) }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        try demand(!operatorName.isAlike(estate.operators.values.lazy.map(\.name)), else: .nameTaken, "name")
        try check(roles)
        var event = OperatorAdded()
        event.id = id
        event.name = operatorName
        event.roles = roles
        event.key = key
        event.expiresAt = now.advanced(
            bySeconds: (estate.ledger.operatorKeyDays ?? defaultOperatorKeyDays) * 86_400)
        return [.operators(.added(event))]
    }
}

public struct ChangeOperatorRoles: Command {
    public static let name = "operator.change_roles"
    public var id: OperatorID
    public var roles: [Role]
    public var now: Timestamp

    public init(id: OperatorID, roles: [Role], now: Timestamp) {
        self.id = id
        self.roles = roles
        self.now = now
    }

    public var subject: CommandSubject { .operator(id) }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        guard let found = estate.operators[id] else { throw CommandRefusal(.notFound) }
        try check(roles)
        guard Set(roles) != Set(found.roles) else { return [] }
        if !roles.contains(.administrator) { try estate.demandAdministrator(besides: id, at: now) }
        var event = OperatorRolesChanged()
        event.id = id
        event.roles = roles
        return [.operators(.rolesChanged(event))]
    }
}

public struct RemoveOperator: Command {
    public static let name = "operator.remove"
    public var id: OperatorID
    public var now: Timestamp

    public init(id: OperatorID, now: Timestamp) {
        self.id = id
        self.now = now
    }

    public var subject: CommandSubject { .operator(id) }
    public var isUrgent: Bool { true }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        guard estate.operators[id] != nil else { throw CommandRefusal(.notFound) }
        try estate.demandAdministrator(besides: id, at: now)
        var event = OperatorRemoved()
        event.id = id
        return [.operators(.removed(event))]
    }
}

private func check(_ roles: [Role]) throws(CommandRefusal) {
    try demand(!roles.isEmpty, else: .invalidValue, "roles")
    try demandDistinct(roles, atMost: Role.allCases.count, "roles")
}

extension Estate {
    /// Throws unless somebody else is left whose key still opens the administrator's doors.
    fileprivate func demandAdministrator(besides id: OperatorID, at now: Timestamp) throws(CommandRefusal) {
        let isLeft = operators.values.contains {
            $0.id != id && $0.roles.contains(.administrator) && $0.expiresAt > now
        }
        try demand(isLeft, else: .lastAdministrator)
    }
}
