package import CanonicalJSON

/// What an estate is to be: the content of an estate file, checked as far as that can be done without the service.
package struct EstateFile: Equatable, Sendable {
    /// Of the file.
    package static let maximumBytes = 4_194_304
    /// Of each kind.
    package static let maximumThings = 1_000

    /// In the order of the file.
    package var environments: [DeclaredEnvironment] = []
    /// In the order of the file, which is the order of registration: of two Identities of one API the later one is
    /// asked first.
    package var things: [Kind: [DeclaredThing]] = [:]

    package func named(_ name: String, _ kind: Kind) -> DeclaredThing? {
        things[kind]?.first { $0.name == name }
    }
}

/// An environment. What is nil was not said, and is left as it is.
package struct DeclaredEnvironment: Equatable, Sendable {
    package let name: String
    package var oauth: Bool?
    package var settings: JSONObject?
    /// Names of what is deployed there, each in its latest revision.
    package var deployed: [Kind: [String]] = [:]
}

/// An API, an API Identity or an app, whole: what is absent has its default.
package struct DeclaredThing: Equatable, Sendable {
    package let kind: Kind
    package let name: String
    /// The members of its body, without references.
    package var content: JSONObject
    /// Names of the APIs that an Identity is linked to or an app may use.
    package var apis: [String] = []
    /// Of an Identity: whether the users behind a changed destination are the same people.
    package var sameUserStore: Bool?
}
