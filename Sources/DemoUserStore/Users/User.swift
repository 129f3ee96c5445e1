import CanonicalJSON
import LedgerCrypto

/// Somebody who can log in.
struct User: Equatable {
    let name: String
    var password: PasswordHash
    /// What the store says about the user to whoever proved the password.
    var extraInfo: JSONObject
    /// What the store calls the user, whatever name was typed.
    var subject: String?
}

extension User {
    /// Nil when a member is missing, unknown or of another form.
    init?(_ json: JSONObject) {
        let known: Set<String> = ["name", "salt", "hash", "iterations", "extra_info", "subject"]
        guard json.members.allSatisfy({ known.contains($0.name) }),
            let name = json["name"]?.stringValue, !name.isEmpty,
            let salt = json["salt"]?.stringValue.flatMap(Base64.decode),
            let hash = json["hash"]?.stringValue.flatMap(Base64.decode),
            // The file is read with the numbers of foreign documents, because extra_info may hold any.
            case .number(let iterations)? = json["iterations"], let count = Int(iterations),
            let password = PasswordHash(salt: salt, iterations: count, hash: hash)
        else { return nil }
        self.name = name
        self.password = password
        switch json["extra_info"] {
        case nil: extraInfo = JSONObject()
        case .object(let object)?: extraInfo = object
        case .null?, .boolean?, .integer?, .number?, .string?, .array?: return nil
        }
        switch json["subject"] {
        case nil: subject = nil
        case .string(let text)?: subject = text
        case .null?, .boolean?, .integer?, .number?, .array?, .object?: return nil
        }
    }

    var json: JSONObject {
        var json: JSONObject = [
            "name": .string(name), "salt": .string(Base64.encode(password.salt)),
            "hash": .string(Base64.encode(password.hash)), "iterations": .integer(Int64(password.iterations)),
            "extra_info": .object(extraInfo),
        ]
        if let subject { json["subject"] = .string(subject) }
        return json
    }
}
