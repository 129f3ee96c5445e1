internal import EstateFiles

/// What stands in the service and not in the file. Environments stay: they can be emptied, not removed.
struct Removals {
    let file: EstateFile
    let estate: CurrentEstate

    var steps: [Step] {
        estate.environments.values.sorted { $0.name < $1.name }.flatMap(undeployments) + unlinks + retirements
    }

    /// A thing that is about to be retired leaves every environment and chain by that.
    private func isKept(_ name: String, _ kind: Kind) -> Bool { file.named(name, kind) != nil }

    private func undeployments(in environment: CurrentEnvironment) -> [Step] {
        let declared = file.environments.first { $0.name == environment.name }
        var steps: [Step] = []
        if declared == nil, environment.oauth {
            steps.append(.undeploy(.oauth, environment: environment.name, because: .notInFile))
        }
        for kind in [Kind.api, .identity] {
            let wanted = declared?.deployed[kind] ?? []
            let names = (environment.deployed[kind] ?? [:]).keys.compactMap { estate.name(of: $0, kind) }.sorted()
            for name in names where isKept(name, kind) && !wanted.contains(name) {
                steps.append(
                    .undeploy(.thing(kind, name: name), environment: environment.name, because: .notInFile))
            }
        }
        return steps
    }

    private var unlinks: [Step] {
        (file.things[.identity] ?? []).flatMap { identity -> [Step] in
            let linked = estate.named(identity.name, .identity)?.apis ?? []
            return linked.compactMap { estate.name(of: $0, .api) }.sorted()
                .filter { isKept($0, .api) && !identity.apis.contains($0) }
                .map { .unlink(identity: identity.name, api: $0) }
        }
    }

    /// Apps before what they use.
    private var retirements: [Step] {
        Kind.allCases.reversed().flatMap { kind -> [Step] in
            (estate.things[kind] ?? [:]).keys.sorted().filter { !isKept($0, kind) }.map { .retire(kind, name: $0) }
        }
    }
}
