/// An API Identity, with its first links: the link is made here, not in the API's registration.
public struct RegisterIdentity: Command {
    public static let name = "identity.register"
    public static let maximumLinks = 256
    public var id: IdentityID
    public var content: IdentityRevision
    public var apis: [APIID]

    public init(id: IdentityID, content: IdentityRevision, apis: [APIID]) {
        self.id = id
        self.content = content
        self.apis = apis
    }

    public var subject: CommandSubject { .identity(id) }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        try content.check(of: id, on: estate)
        try demandDistinct(apis, atMost: Self.maximumLinks, "apis")
        for api in apis {
            guard let api = estate.apis[api] else { throw CommandRefusal(.unknownReference, "apis") }
            try demand(api.isLinkable, else: .notLinkable, "apis")
        }
        var event = IdentityRegistered()
        event.identity = id
        event.content = content
        event.apis = apis
        return [.identities(.registered(event))]
    }
}

/// A new immutable revision. Whoever changes a destination says whether the users behind it are the same people: they
/// keep their accounts then, and get new ones otherwise.
public struct ReviseIdentity: Command {
    public static let name = "identity.revise"
    public var id: IdentityID
    public var content: IdentityRevision
    public var sameUserStore: Bool?

    public init(id: IdentityID, content: IdentityRevision, sameUserStore: Bool?) {
        self.id = id
        self.content = content
        self.sameUserStore = sameUserStore
    }

    public var subject: CommandSubject { .identity(id) }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        let identity = try estate.standing(id)
        try content.check(of: id, on: estate)
        let before = identity.latest.content
        if before.destination != content.destination || before.destinations != content.destinations {
            guard let sameUserStore else { throw CommandRefusal(.sameUserStoreUnsaid, "same_user_store") }
            let keepsStore = identity.userStore(of: before) == identity.userStore(of: content)
            try demand(sameUserStore == keepsStore, else: .userStoreContradicted, "user_store")
        }
        var event = IdentityRevised()
        event.identity = id
        event.content = content
        event.revision = identity.latest.number + 1
        event.sameUserStore = sameUserStore
        return [.identities(.revised(event))]
    }
}

/// The Identity leaves every chain, for good.
public struct RetireIdentity: Command {
    public static let name = "identity.retire"
    public var id: IdentityID

    public init(id: IdentityID) { self.id = id }

    public var subject: CommandSubject { .identity(id) }
    public var isUrgent: Bool { true }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        guard let identity = estate.identities[id] else { throw CommandRefusal(.notFound) }
        guard identity.retiredAt == nil else { return [] }
        var event = IdentityRetired()
        event.identity = id
        return [.identities(.retired(event))]
    }
}

public struct LinkIdentity: Command {
    public static let name = "identity.link"
    public var id: IdentityID
    public var api: APIID

    public init(id: IdentityID, api: APIID) {
        self.id = id
        self.api = api
    }

    public var subject: CommandSubject { .identity(id) }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        let identity = try estate.standing(id)
        let linked = try estate.standing(api)
        guard identity.links[api] == nil else { return [] }
        try demand(linked.isLinkable, else: .notLinkable)
        try demand(identity.links.count < RegisterIdentity.maximumLinks, else: .tooMany)
        var event = IdentityLinked()
        event.identity = id
        event.api = api
        return [.identities(.linked(event))]
    }
}

public struct UnlinkIdentity: Command {
    public static let name = "identity.unlink"
    public var id: IdentityID
    public var api: APIID

    public init(id: IdentityID, api: APIID) {
        self.id = id
        self.api = api
    }

    public var subject: CommandSubject { .identity(id) }
    public var isUrgent: Bool { true }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        guard let identity = estate.identities[id], estate.apis[api] != nil else { throw CommandRefusal(.notFound) }
        guard identity.links[api] != nil else { return [] }
        var event = IdentityUnlinked()
        event.identity = id
        event.api = api
        return [.identities(.unlinked(event))]
    }
}

extension Estate {
    /// The Identity, unless it is unknown or retired.
    func standing(_ id: IdentityID) throws(CommandRefusal) -> APIIdentity {
        guard let identity = identities[id] else { throw CommandRefusal(.notFound) }
        guard identity.retiredAt == nil else { throw CommandRefusal(.retired) }
        return identity
    }
}
