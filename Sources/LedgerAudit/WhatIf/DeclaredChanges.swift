internal import AuthorizationCore
internal import CanonicalJSON
internal import EstateFiles
internal import FieldCoding

/// An estate file as changes: what `authledger apply` would make of it, holding from the beginning.
///
/// What the ledger keeps sealed (queries of destinations, `extra_info`) and how apps prove themselves (`certificates`,
/// `jwks`) stays as recorded: whether a credential matched is on the record, and no file can say otherwise.
struct DeclaredChanges {
    private(set) var changes: [EstateChange] = []
    private let file: EstateFile
    private let estate: Estate
    private let prunes: Bool
    private var apis: [String: APIID] = [:]
    private var identities: [String: IdentityID] = [:]
    private var apps: [String: AppID] = [:]

    init(_ bytes: [UInt8], on estate: Estate, prunes: Bool) throws(WhatIfFault) {
        do throws(EstateFileError) {
            file = try EstateFile(parsing: bytes)
        } catch {
            throw .estateFile(error.sentence)
        }
        self.estate = estate
        self.prunes = prunes
        for api in estate.apis.values where api.retiredAt == nil { apis[api.latest.content.name.text] = api.id }
        for thing in estate.identities.values where thing.retiredAt == nil {
            identities[thing.latest.content.name.text] = thing.id
        }
        for app in estate.apps.values where app.retiredAt == nil { apps[app.content.name.text] = app.id }
        try declareAPIs()
        try declareIdentities()
        try declareApps()
        for environment in file.environments { try declare(environment) }
        if prunes { retireTheRest() }
    }

    private mutating func hold(_ sentence: String, _ holds: @escaping @Sendable (inout Estate) -> Void) {
        changes.append(EstateChange(sentence: sentence, holds: holds))
    }

    /// A place behind all that stands in the log: what is registered by the file is the newest.
    private func place(_ index: Int) -> Position { Position(estate.size.value + Int64(index)) }

    // MARK: Things

    private mutating func declareAPIs() throws(WhatIfFault) {
        for (index, thing) in (file.things[.api] ?? []).enumerated() {
            let content = try content(of: thing, APIRevision())
            let isNew = apis[thing.name] == nil
            let id = apis[thing.name] ?? APIID(bits: .max - UInt128(index))
            apis[thing.name] = id
            let at = place(index)
            hold("API \(thing.name) is as the file says") { estate in
                if estate.apis[id] == nil, isNew {
                    var registered = APIRegistered()
                    registered.api = id
                    registered.content = content
                    estate.lay(.apis(.registered(registered)), at: at)
                } else {
                    estate.hold(id) { $0 = content }
                }
            }
        }
    }

    private mutating func declareIdentities() throws(WhatIfFault) {
        for (index, thing) in (file.things[.identity] ?? []).enumerated() {
            let declared = try content(of: thing, IdentityRevision())
            let isNew = identities[thing.name] == nil
            let id = identities[thing.name] ?? IdentityID(bits: .max - UInt128(index))
            identities[thing.name] = id
            let at = place(index)
            let links = thing.apis.compactMap { apis[$0] }
            let kept = prunes ? Set((file.things[.api] ?? []).compactMap { apis[$0.name] }) : []
            hold("API Identity \(thing.name) is as the file says") { estate in
                if estate.identities[id] == nil, isNew {
                    var registered = IdentityRegistered()
                    registered.identity = id
                    registered.content = declared
                    estate.lay(.identities(.registered(registered)), at: at)
                } else {
                    estate.hold(id) { $0 = declared.keepingSealed(of: $0) }
                }
                for api in links { estate.hold(link: id, to: api) }
                for api in kept where !links.contains(api) { estate.hold(noLink: id, to: api) }
            }
        }
    }

    private mutating func declareApps() throws(WhatIfFault) {
        for thing in file.things[.app] ?? [] {
            var content = try content(of: thing, AppRevision())
            content.apis = thing.apis.compactMap { apis[$0] }
            let declared = content
            // An app that the ledger does not have has asked for nothing.
            guard let id = apps[thing.name] else { continue }
            hold("app \(thing.name) is as the file says") { estate in
                estate.hold(id) { revision in
                    var changed = declared
                    changed.extraInfo = revision.extraInfo
                    changed.certificates = revision.certificates
                    changed.keys = revision.keys
                    revision = changed
                }
            }
        }
    }

    private mutating func retireTheRest() {
        for (name, id) in apis.sorted(by: { $0.key < $1.key }) where file.named(name, .api) == nil {
            hold("API \(name) is retired") { $0.hold(retired: .api(id)) }
        }
        for (name, id) in identities.sorted(by: { $0.key < $1.key }) where file.named(name, .identity) == nil {
            hold("API Identity \(name) is retired") { $0.hold(retired: .identity(id)) }
        }
        for (name, id) in apps.sorted(by: { $0.key < $1.key }) where file.named(name, .app) == nil {
            hold("app \(name) is retired") { $0.hold(retired: .app(id)) }
        }
        for name in estate.environments.keys.sorted()
        where !file.environments.contains(where: { $0.name == name.text }) {
            hold("environment \(name.text) is empty") { estate in
                estate.hold(oauth: false, in: name)
                estate.environments[name]?.apis = [:]
                estate.environments[name]?.identities = [:]
            }
        }
    }

    // MARK: Environments

    private mutating func declare(_ declared: DeclaredEnvironment) throws(WhatIfFault) {
        // No decision was made in an environment that the ledger does not have.
        guard let name = EnvironmentName(text: declared.name), estate.environments[name] != nil else { return }
        let settings = try declared.settings.map { (members) throws(WhatIfFault) in
            try group(members, over: EnvironmentSettings(), at: "environments.\(declared.name).settings")
        }
        let deployedAPIs = declared.deployed[.api]?.compactMap { apis[$0] }
        let deployedIdentities = declared.deployed[.identity]?.compactMap { identities[$0] }
        let isPruned = prunes
        let oauth = declared.oauth
        hold("environment \(declared.name) is as the file says") { estate in
            if let settings { estate.hold(name) { $0 = settings } }
            if let oauth { estate.hold(oauth: oauth, in: name) }
            for id in deployedAPIs ?? [] { estate.hold(deployed: id, in: name) }
            for id in deployedIdentities ?? [] { estate.hold(deployed: id, in: name) }
            guard isPruned else { return }
            for id in (estate.environments[name]?.apis ?? [:]).keys where deployedAPIs?.contains(id) != true {
                estate.environments[name]?.apis[id] = nil
            }
            for id in (estate.environments[name]?.identities ?? [:]).keys
            where deployedIdentities?.contains(id) != true {
                estate.environments[name]?.identities[id] = nil
            }
        }
    }

    // MARK: Content

    private func content<Group: FieldGroup>(of thing: DeclaredThing, _ empty: Group) throws(WhatIfFault) -> Group {
        var members = thing.content
        for name in ["extra_info", "certificates", "jwks"] { members[name] = nil }
        if let url = members["destination"]?.stringValue { members["destination"] = Self.destination(url) }
        if let destinations = members["destinations"]?.objectValue {
            members["destinations"] = .array(
                destinations.members.sorted { $0.name < $1.name }.map { member in
                    .object([
                        "destination": Self.destination(member.value.stringValue ?? ""),
                        "environment": .string(member.name),
                    ])
                })
        }
        return try group(members, over: empty, at: "\(thing.kind.member) \(thing.name)")
    }

    /// A query is sealed in the log: that there is one is all that can be compared.
    private static func destination(_ url: String) -> JSONValue {
        guard let mark = url.firstIndex(of: "?") else { return .object(["url": .string(url)]) }
        return .object(["url": .string(String(url[..<mark])), "query": unknownQuery])
    }

    private static let unknownQuery: JSONValue = .object([
        "ciphertext_hash": .string(Bytes32().text), "commitment": .string(Bytes32().text),
        "vault": .string(VaultID().text),
    ])

    /// The declared members over what a member's absence means.
    private func group<Group: FieldGroup>(
        _ members: JSONObject, over empty: Group, at place: String
    ) throws(WhatIfFault) -> Group {
        guard let bytes = try? FieldWriter.bytes(of: empty), case .object(let defaults)? = try? JSON.parse(bytes),
            let group = try? FieldReader.read(
                Group.self, from: JSON.canonicalBytes(of: .object(Self.laid(members, over: defaults))))
        else { throw .estateFile("\(place): a member cannot hold its value") }
        return group
    }

    private static let elements: [String: JSONObject] = [
        "interceptors": ["grants": .array([]), "type": .string("oauth")],
        "access_rules": ["name": .string(""), "require": .object(["equal": .object([:])])],
    ]

    private static func laid(_ members: JSONObject, over defaults: JSONObject) -> JSONObject {
        var whole = defaults
        for member in members.members {
            if let inner = member.value.objectValue, let under = defaults[member.name]?.objectValue {
                whole[member.name] = .object(laid(inner, over: under))
            } else if let under = elements[member.name], let elements = member.value.arrayValue {
                whole[member.name] = .array(elements.map { .object(laid($0.objectValue ?? [:], over: under)) })
            } else {
                whole[member.name] = member.value
            }
        }
        return whole
    }
}

extension IdentityRevision {
    /// With the queries of destinations as recorded, where there are any on both sides.
    fileprivate func keepingSealed(of recorded: IdentityRevision) -> IdentityRevision {
        var revision = self
        revision.destination.keepQuery(of: recorded.destination)
        for index in revision.destinations.indices {
            let place = revision.destinations[index].environment
            guard let other = recorded.destinations.first(where: { $0.environment == place }) else { continue }
            revision.destinations[index].destination.keepQuery(of: other.destination)
        }
        return revision
    }
}

extension Destination {
    fileprivate mutating func keepQuery(of recorded: Destination) {
        if query != nil, recorded.query != nil, url == recorded.url { query = recorded.query }
    }
}
