internal import CanonicalJSON
internal import EstateFiles

/// One change of an estate. Things are named, because some of them get their ids only on the way.
enum Step: Equatable, Sendable {
    case createEnvironment(String)
    case configure(environment: String, settings: JSONObject)
    case register(DeclaredThing)
    case revise(DeclaredThing, changed: [String])
    case link(identity: String, api: String)
    case unlink(identity: String, api: String)
    case deploy(Deployable, environment: String)
    case undeploy(Deployable, environment: String, because: Cause)
    case retire(Kind, name: String)

    enum Deployable: Equatable, Sendable {
        case oauth
        case thing(Kind, name: String)
    }

    /// Why something is taken away.
    enum Cause: Equatable, Sendable {
        case declared
        case notInFile
    }
}

extension Step: CustomStringConvertible {
    /// What a person reads, in the imperative.
    var description: String {
        switch self {
        case .createEnvironment(let name): "create the environment \(name)"
        case .configure(let environment, _): "change the settings of \(environment)"
        case .register(let thing):
            switch thing.kind {
            case .api: "register the API \(thing.name)"
            case .identity where thing.apis.isEmpty: "register the API Identity \(thing.name)"
            case .identity: "register the API Identity \(thing.name), linked to \(thing.apis.joined(separator: ", "))"
            case .app: "register the app \(thing.name)"
            }
        case .revise(let thing, let changed):
            "revise the \(thing.kind.noun) \(thing.name): \(changed.joined(separator: ", "))"
        case .link(let identity, let api): "link the API Identity \(identity) to the API \(api)"
        case .unlink(let identity, let api):
            "unlink the API Identity \(identity) from the API \(api), which the file does not list"
        case .deploy(let thing, let environment): "deploy \(thing) in \(environment)"
        case .undeploy(let thing, let environment, .declared): "take \(thing) out of \(environment)"
        case .undeploy(let thing, let environment, .notInFile):
            "take \(thing) out of \(environment), where the file does not list it"
        case .retire(let kind, let name): "retire the \(kind.noun) \(name) for good: it is not in the file"
        }
    }
}

extension Step.Deployable: CustomStringConvertible {
    var description: String {
        switch self {
        case .oauth: "API OAuth"
        case .thing(let kind, let name): "the \(kind.noun) \(name)"
        }
    }
}
