internal import CanonicalJSON
internal import EstateFiles

/// What has to be done so that an estate becomes what a file says, in the order in which it can be done.
///
/// What is taken away comes first: nobody can use it while the rest is being set up, and names and audiences are free
/// again. API OAuth comes last in each environment: a new one answers nobody before it is complete. Made anew after
/// all of it was done, a plan is empty.
struct Plan: Equatable, Sendable {
    private(set) var steps: [Step] = []

    init(_ file: EstateFile, on estate: CurrentEstate, prune: Bool) {
        if prune { steps += Removals(file: file, estate: estate).steps }
        for environment in file.environments where environment.oauth == false {
            if estate.environments[environment.name]?.oauth == true {
                steps.append(.undeploy(.oauth, environment: environment.name, because: .declared))
            }
        }
        for environment in file.environments { settle(environment, on: estate) }
        for kind in Kind.allCases {
            for thing in file.things[kind] ?? [] { settle(thing, on: estate) }
        }
        for environment in file.environments { deploy(in: environment, on: estate) }
    }

    private mutating func settle(_ environment: DeclaredEnvironment, on estate: CurrentEstate) {
        let current = estate.environments[environment.name]
        if current == nil { steps.append(.createEnvironment(environment.name)) }
        guard let settings = environment.settings else { return }
        if RevisionMembers.settings.normal(settings) != current?.settings ?? JSONObject() {
            steps.append(.configure(environment: environment.name, settings: settings))
        }
    }

    private mutating func settle(_ thing: DeclaredThing, on estate: CurrentEstate) {
        guard let current = estate.named(thing.name, thing.kind) else {
            steps.append(.register(thing))
            return
        }
        let changed = thing.changes(to: current, on: estate)
        if !changed.isEmpty { steps.append(.revise(thing, changed: changed)) }
        guard thing.kind == .identity else { return }
        let linked = current.apis.compactMap { estate.name(of: $0, .api) }
        for api in thing.apis where !linked.contains(api) { steps.append(.link(identity: thing.name, api: api)) }
    }

    private mutating func deploy(in environment: DeclaredEnvironment, on estate: CurrentEstate) {
        let current = estate.environments[environment.name]
        for kind in [Kind.api, .identity] {
            for name in environment.deployed[kind] ?? [] {
                if let thing = estate.named(name, kind), !isRevised(name, kind),
                    current?.deployed[kind]?[thing.id] == thing.revision
                {
                    continue
                }
                steps.append(.deploy(.thing(kind, name: name), environment: environment.name))
            }
        }
        if environment.oauth == true, current?.oauth != true {
            steps.append(.deploy(.oauth, environment: environment.name))
        }
    }

    private func isRevised(_ name: String, _ kind: Kind) -> Bool {
        steps.contains { step in
            if case .revise(let thing, _) = step { thing.kind == kind && thing.name == name } else { false }
        }
    }
}

extension DeclaredThing {
    /// The members in which the latest revision is another than the declared one.
    func changes(to current: CurrentThing, on estate: CurrentEstate) -> [String] {
        let wanted = kind.members.normal(content)
        var changed = kind.members.map(\.name).filter { wanted[$0] != current.content[$0] }
        if kind == .app, Set(apis.map(Optional.some)) != Set(current.apis.map { estate.name(of: $0, .api) }) {
            changed.append("apis")
        }
        return changed
    }
}
