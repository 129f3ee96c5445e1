/// The kinds of things that an estate file declares besides environments.
package enum Kind: String, CaseIterable, Sendable {
    case api = "apis"
    case identity = "api_identities"
    case app = "apps"

    /// The member of the estate file that lists them.
    package var member: String { rawValue }

    /// Below `/manager/`.
    package var collection: String {
        switch self {
        case .api: "apis"
        case .identity: "api-identities"
        case .app: "apps"
        }
    }

    package var noun: String {
        switch self {
        case .api: "API"
        case .identity: "API Identity"
        case .app: "app"
        }
    }

    /// What one revision holds. Which APIs an app has is part of its revision too, but is compared by names.
    package var members: [Member] {
        switch self {
        case .api: RevisionMembers.api
        case .identity: RevisionMembers.identity
        case .app: RevisionMembers.app
        }
    }
}
