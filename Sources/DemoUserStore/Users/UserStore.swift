import LedgerCrypto

/// Says whether a name and a password belong together.
struct UserStore: Sendable {
    // Keyed by bytes: Swift's strings call two spellings of "é" equal, and two users are not.
    private let users: [[UInt8]: User]
    private let nobody: PasswordHash

    init(_ list: UserList) throws(CryptoError) {
        var users: [[UInt8]: User] = [:]
        for user in list.users { users[Array(user.name.utf8)] = user }
        self.users = users
        // An unknown name is checked against this, so that the time of an answer does not tell who has an account.
        // It costs what the costliest known one does.
        let iterations = list.users.map(\.password.iterations).max() ?? PasswordHash.defaultIterations
        nobody = try PasswordHash(of: SecretBytes.random(count: 32), iterations: iterations)
    }

    /// The user of this name, if this is the password.
    func validate(name: String, password: borrowing SecretBytes) throws(CryptoError) -> User? {
        let user = users[Array(name.utf8)]
        let isRight = try (user?.password ?? nobody).matches(password)
        return isRight ? user : nil
    }
}
