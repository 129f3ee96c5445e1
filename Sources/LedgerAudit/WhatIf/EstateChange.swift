internal import AuthorizationCore

/// One thing that is otherwise than the log says, from a position on and for good.
///
/// It is laid over every estate that was consulted there or later, so that no later event takes it back: an Identity that
/// is unlinked stays so, also where the log links it again.
struct EstateChange: Sendable {
    /// As it was asked for, with what the names were found to mean.
    var sentence: String
    var from = Position(0)
    /// What is true of every estate that it is laid over. What does not stand there yet is left alone.
    var holds: @Sendable (inout Estate) -> Void
}

// What can be laid over an estate.
extension Estate {
    /// Folds an event that never was.
    mutating func lay(_ data: EventData, at position: Position = Position(0)) {
        let size = size
        fold(
            Event(
                position: position, recordedAt: Timestamp(), actor: .service, correlation: "", blind: Bytes16(),
                data: data))
        self.size = size
    }

    mutating func hold(link identity: IdentityID, to api: APIID) {
        guard identities[identity]?.links[api] == nil else { return }
        var linked = IdentityLinked()
        linked.identity = identity
        linked.api = api
        lay(.identities(.linked(linked)))
    }

    mutating func hold(noLink identity: IdentityID, to api: APIID) {
        identities[identity]?.links[api] = nil
        apis[api]?.linkedIdentities.remove(identity)
    }

    /// In the revision that is deployed, or else in the latest.
    mutating func hold(deployed api: APIID, in environment: EnvironmentName) {
        guard let thing = apis[api], thing.retiredAt == nil, environments[environment]?.apis[api] == nil else { return }
        var deployed = APIDeployed()
        deployed.api = api
        deployed.environment = environment
        deployed.revision = thing.latest.number
        lay(.apis(.deployed(deployed)), at: thing.latest.at)
    }

    mutating func hold(deployed identity: IdentityID, in environment: EnvironmentName) {
        guard let thing = identities[identity], thing.retiredAt == nil,
            environments[environment]?.identities[identity] == nil
        else { return }
        var deployed = IdentityDeployed()
        deployed.identity = identity
        deployed.environment = environment
        deployed.revision = thing.latest.number
        lay(.identities(.deployed(deployed)), at: thing.latest.at)
    }

    mutating func hold(oauth isDeployed: Bool, in environment: EnvironmentName) {
        guard let place = environments[environment] else { return }
        environments[environment]?.oauthDeployedAt = isDeployed ? place.oauthDeployedAt ?? place.createdAt : nil
    }

    mutating func hold(suspended isSuspended: Bool, _ app: AppID) {
        guard let thing = apps[app] else { return }
        apps[app]?.suspendedAt = isSuspended ? thing.suspendedAt ?? thing.registeredAt : nil
    }

    mutating func hold(suspended isSuspended: Bool, _ identity: IdentityID) {
        guard let thing = identities[identity] else { return }
        identities[identity]?.suspendedAt = isSuspended ? thing.suspendedAt ?? thing.registeredAt : nil
        identities[identity]?.suspensionCause = isSuspended ? thing.suspensionCause ?? .byOperator : nil
    }

    mutating func hold(retired thing: EstateNames.Thing) {
        switch thing {
        case .app(let id):
            guard let app = apps[id] else { return }
            apps[id]?.retiredAt = app.retiredAt ?? app.registeredAt
        case .api(let id):
            guard let api = apis[id] else { return }
            apis[id]?.retiredAt = api.retiredAt ?? api.registeredAt
            for name in environments.keys { environments[name]?.apis[id] = nil }
        case .identity(let id):
            guard let identity = identities[id] else { return }
            identities[id]?.retiredAt = identity.retiredAt ?? identity.registeredAt
            for name in environments.keys { environments[name]?.identities[id] = nil }
        }
    }

    /// They are asked in this order, in the places that they hold among all others.
    mutating func hold(order: [IdentityID]) {
        let there = order.filter { identities[$0] != nil }
        let places = there.compactMap { identities[$0]?.registeredAt }.sorted(by: >)
        for (id, place) in zip(there, places) { identities[id]?.registeredAt = place }
    }

    // Of every revision alike: which one is deployed when is the log's to say.

    mutating func hold(_ identity: IdentityID, _ change: (inout IdentityRevision) -> Void) {
        guard var thing = identities[identity] else { return }
        for index in thing.revisions.indices { change(&thing.revisions[index].content) }
        identities[identity] = thing
    }

    mutating func hold(_ api: APIID, _ change: (inout APIRevision) -> Void) {
        guard var thing = apis[api] else { return }
        for index in thing.revisions.indices { change(&thing.revisions[index].content) }
        apis[api] = thing
    }

    mutating func hold(_ app: AppID, _ change: (inout AppRevision) -> Void) {
        guard var thing = apps[app] else { return }
        for index in thing.revisions.indices { change(&thing.revisions[index].content) }
        apps[app] = thing
    }

    mutating func hold(_ environment: EnvironmentName, _ change: (inout EnvironmentSettings) -> Void) {
        guard var place = environments[environment] else { return }
        change(&place.settings)
        environments[environment] = place
    }
}
