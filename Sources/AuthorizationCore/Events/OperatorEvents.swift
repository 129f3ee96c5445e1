/// Who may manage, audit or stand at the gate.
public enum OperatorEvent: Sendable {
    case added(OperatorAdded)
    case rolesChanged(OperatorRolesChanged)
    case removed(OperatorRemoved)
}

public enum Role: String, CaseIterable, TextValue {
    case administrator, manager, deployer, auditor, privacy, gateway
}

public struct OperatorAdded: FieldGroup {
    public var expiresAt = Timestamp()
    public var key = SecretDigest()
    public var name = Name()
    public var id = OperatorID()
    public var roles: [Role] = []

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("expires_at", &expiresAt)
        try fields.group("key", &key)
        try fields.text("name", &name)
        try fields.text("operator", &id)
        try fields.texts("roles", &roles)
    }
}

public struct OperatorRolesChanged: FieldGroup {
    public var id = OperatorID()
    public var roles: [Role] = []

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("operator", &id)
        try fields.texts("roles", &roles)
    }
}

public struct OperatorRemoved: FieldGroup {
    public var id = OperatorID()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("operator", &id)
    }
}
