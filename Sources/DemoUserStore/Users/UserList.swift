import CanonicalJSON

/// All users of a store, as its file holds them: `{"users":[{"name","salt","hash","iterations","extra_info"}]}`.
struct UserList: Equatable {
    static let maximumUsers = 10_000
    /// Of the file.
    static let maximumBytes = 16_777_216

    /// In the order in which they were added. No name stands twice.
    private(set) var users: [User] = []

    init() {}

    init(parsing bytes: [UInt8]) throws(UserListError) {
        let document: JSONValue
        do throws(JSONParseError) {
            document = try JSON.parse(bytes, grammar: .foreign, maximumBytes: Self.maximumBytes)
        } catch {
            throw .notJSON(offset: error.offset)
        }
        guard let object = document.objectValue, object.members.count == 1, let list = object["users"]?.arrayValue
        else { throw .noUsers }
        guard list.count <= Self.maximumUsers else { throw .tooMany }
        var names: Set<[UInt8]> = []
        for (index, entry) in list.enumerated() {
            guard let user = entry.objectValue.flatMap(User.init) else { throw .malformedUser(index: index) }
            guard names.insert(Array(user.name.utf8)).inserted else { throw .repeatedName(index: index) }
            users.append(user)
        }
    }

    /// For people to read.
    var bytes: [UInt8] {
        JSON.indented(.object(["users": .array(users.map { .object($0.json) })]))
    }

    /// Adds the user, or puts him in the place of the one of that name; then it says `true`.
    mutating func put(_ user: User) throws(UserListError) -> Bool {
        if let index = users.firstIndex(where: { $0.name.utf8.elementsEqual(user.name.utf8) }) {
            users[index] = user
            return true
        }
        guard users.count < Self.maximumUsers else { throw .tooMany }
        users.append(user)
        return false
    }
}

/// Why a file is no list of users. Users are named by their place, from 0.
enum UserListError: Error, Equatable {
    case notJSON(offset: Int)
    case noUsers
    case malformedUser(index: Int)
    case repeatedName(index: Int)
    case tooMany

    /// What follows the file's name.
    var sentence: String {
        switch self {
        case .notJSON(let offset): "is not JSON from byte \(offset) on."
        case .noUsers: "must hold one object with one member, the array 'users'."
        case .malformedUser(let index): "has something at users[\(index)] that is no user."
        case .repeatedName(let index): "has a name at users[\(index)] that stands there already."
        case .tooMany: "has more than \(UserList.maximumUsers) users."
        }
    }
}
