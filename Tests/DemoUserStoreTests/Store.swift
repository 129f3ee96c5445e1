import CanonicalJSON
import LedgerCrypto

@testable import DemoUserStore

/// A user whose password takes no time to check.
func user(
    _ name: String, password: String, extraInfo: JSONObject = [:], subject: String? = nil
) throws -> User {
    User(
        name: name, password: try PasswordHash(of: SecretBytes(copying: Array(password.utf8)), iterations: 1),
        extraInfo: extraInfo, subject: subject)
}

func list(_ users: User...) throws -> UserList {
    var list = UserList()
    for user in users { _ = try list.put(user) }
    return list
}
