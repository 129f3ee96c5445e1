internal import AuthorizationCore

/// The things of ours that an event names, wherever in its data they stand.
struct Mentions {
    var environments: Set<EnvironmentName> = []
    var apis: Set<APIID> = []
    var identities: Set<IdentityID> = []
    var apps: Set<AppID> = []
    /// Decisions, which are also the ids of tokens.
    var decisions: Set<DecisionID> = []

    /// What the event's actor, correlation and data name.
    init(_ event: Event) {
        var data = event.data
        do {
            try data.visit(&self)
        } catch {
            // This visitor throws nothing, and visiting throws nothing of its own.
        }
        note(event.actor.id)
        note(event.correlation)
    }

    /// Notes a text that may be an identifier: its prefix says of what.
    private mutating func note(_ text: String) {
        if let id = APIID(text: text) { apis.insert(id) }
        if let id = IdentityID(text: text) { identities.insert(id) }
        if let id = AppID(text: text) { apps.insert(id) }
        if let id = DecisionID(text: text) { decisions.insert(id) }
    }

    private mutating func note<Value: TextValue>(_ value: Value) {
        switch value {
        case let name as EnvironmentName: environments.insert(name)
        case let id as APIID: apis.insert(id)
        case let id as IdentityID: identities.insert(id)
        case let id as AppID: apps.insert(id)
        case let id as DecisionID: decisions.insert(id)
        case let text as String: note(text)
        default: break
        }
    }
}

extension Mentions: FieldVisitor {
    mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value) throws(FieldError) {
        note(value)
    }
    mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value?) throws(FieldError) {
        if let value { note(value) }
    }
    mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]) throws(FieldError) {
        for value in values { note(value) }
    }
    mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]?) throws(FieldError) {
        for value in values ?? [] { note(value) }
    }
    mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group) throws(FieldError) {
        try value.visit(&self)
    }
    mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group?) throws(FieldError) {
        try value?.visit(&self)
    }
    mutating func groups<Group: FieldGroup>(_ name: StaticString, _ values: inout [Group]) throws(FieldError) {
        for index in values.indices { try values[index].visit(&self) }
    }

    mutating func integer(_ name: StaticString, _ value: inout Int64) throws(FieldError) {}
    mutating func integer(_ name: StaticString, _ value: inout Int64?) throws(FieldError) {}
    mutating func flag(_ name: StaticString, _ value: inout Bool) throws(FieldError) {}
    mutating func flag(_ name: StaticString, _ value: inout Bool?) throws(FieldError) {}
    mutating func integers(_ name: StaticString, _ values: inout [Int64]) throws(FieldError) {}
    mutating func map(_ name: StaticString, _ value: inout [MapEntry]) throws(FieldError) {}
    mutating func claim(_ name: StaticString, _ value: inout SealedClaim?) throws(FieldError) {}
    mutating func reference(_ name: StaticString, _ value: inout EventReference) throws(FieldError) {}
    mutating func references(_ name: StaticString, _ values: inout [EventReference]) throws(FieldError) {}
    mutating func justifications(_ name: StaticString, _ values: inout [Justification]) throws(FieldError) {}
}
