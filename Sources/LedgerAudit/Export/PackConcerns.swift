internal import AuthorizationCore

/// The APIs and environments that a pack's events are about.
struct PackConcerns {
    private(set) var apis: Set<APIID> = []
    private(set) var environments: Set<EnvironmentName> = []

    /// Takes in what an event of the pack is about. An app's event names every API that the app may ask for: not those.
    mutating func note(_ event: Event) {
        switch event.data {
        case .tokens, .apis, .identities, .environments, .access:
            let mentions = Mentions(event)
            apis.formUnion(mentions.apis)
            environments.formUnion(mentions.environments)
        case .ledger, .operators, .apps, .accounts, .audit: break
        }
    }
}
