/// Which account each subject opens: a fold of the events of accounts.
///
/// A subject that anything but an opening touched last has none. It grows with the accounts of the log, 40 bytes for
/// each and no name.
public struct AccountRegister: Sendable {
    private var standings: [SubjectReference: AccountStanding] = [:]

    public init() {}

    public var count: Int { standings.count }

    public subscript(reference: SubjectReference) -> AccountStanding? { standings[reference] }

    /// Takes an event in; events of all other families change nothing.
    public mutating func fold(_ event: Event) {
        guard case .accounts(let data) = event.data else { return }
        if case .opened(let opened) = data {
            return open(AccountStanding(of: opened, at: event.position), for: opened.subjectReference)
        }
        for case .subject(let reference) in event.data.touchedFences { standings[reference] = nil }
    }

    /// Folds the opening of an account.
    public mutating func open(_ standing: AccountStanding, for reference: SubjectReference) {
        standings[reference] = standing
    }
}

extension AccountStanding {
    /// The account that an event opened.
    public init(of opened: AccountOpened, at position: Position) {
        self.init(account: opened.account, vault: opened.vault, openedAt: position)
    }
}
