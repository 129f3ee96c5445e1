/// Who looked, and what was asked for and refused.
public enum AuditEvent: Sendable {
    case read(AuditRead)
    case commandRefused(CommandRefused)
}

/// Somebody read the record through the service.
public struct AuditRead: FieldGroup {
    /// What was asked: `history`, `receipt`, `entries`, …
    public var action = ""
    /// How many events or rows were shown.
    public var count: Int64 = 0
    public var first: Position?
    public var last: Position?
    public var terms: SealedValue?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("action", &action)
        try fields.integer("count", &count)
        try fields.position("first", &first)
        try fields.position("last", &last)
        try fields.group("terms", &terms)
    }
}

/// An operator's command was refused. Field names and a code, never what was typed.
public struct CommandRefused: FieldGroup {
    /// Such as `identity.link`.
    public var command = ""
    public var fields: [String] = []
    public var reason = ""
    public var status: Int64 = 400
    /// The thing that the command named, by our id, where there is one.
    public var target: String?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("command", &command)
        try fields.texts("fields", &self.fields)
        try fields.text("reason", &reason)
        try fields.integer("status", &status)
        try fields.text("target", &target)
    }
}
