import CanonicalJSON
import Glibc
import LedgerCrypto
import Testing

@testable import DemoUserStore

@Suite struct UsersFileTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/demo-user-store.XXXXXX".utf8CString)
        #expect(mkdtemp(&template) != nil)
        let folder = template.withUnsafeBufferPointer { String(decoding: $0.dropLast().map(UInt8.init), as: UTF8.self) }
        defer { rmdir(folder) }
        let path = "\(folder)/users.json"
        defer { unlink(path) }
        try body(path)
    }

    @Test func `a written list is read back, and only its owner may read it`() throws {
        try inFolder { path in
            #expect(try UsersFile.read(path) == nil)
            let written = try list(
                user("alice", password: "a", extraInfo: ["n": .number("1.5"), "t": .array([.null])]),
                user("bob", password: "b", subject: "person-2"))
            try UsersFile.write(try list(user("zoe", password: "z")), to: path)
            try UsersFile.write(written, to: path)
            #expect(try UsersFile.read(path) == written)
            var facts = stat()
            #expect(stat(path, &facts) == 0)
            #expect(facts.st_mode & 0o777 == 0o600)
        }
    }

    @Test func `the same name again replaces the user`() throws {
        var users = try list(user("alice", password: "old"), user("bob", password: "b"))
        let isReplaced = try users.put(user("alice", password: "new"))
        #expect(isReplaced)
        #expect(users.users.map(\.name) == ["alice", "bob"])
        #expect(try users.users[0].password.matches(SecretBytes(copying: Array("new".utf8))))
    }

    static let salt = Base64.encode([UInt8](repeating: 1, count: 16))
    static let hash = Base64.encode([UInt8](repeating: 2, count: 32))

    @Test(arguments: [
        ("", UserListError.notJSON(offset: 0)),
        ("[]", .noUsers),
        (#"{"users":[],"more":1}"#, .noUsers),
        (#"{"users":[{"name":"a"}]}"#, .malformedUser(index: 0)),
        (#"{"users":[{"name":"a","salt":"\#(salt)","hash":"\#(hash)","iterations":0}]}"#, .malformedUser(index: 0)),
        (#"{"users":[{"name":"a","salt":"\#(salt)","hash":"AA==","iterations":1}]}"#, .malformedUser(index: 0)),
        (
            #"{"users":[{"name":"a","salt":"\#(salt)","hash":"\#(hash)","iterations":1,"x":1}]}"#,
            .malformedUser(index: 0)
        ),
        (
            #"{"users":[{"name":"a","salt":"\#(salt)","hash":"\#(hash)","iterations":1},"#
                + #"{"name":"a","salt":"\#(salt)","hash":"\#(hash)","iterations":1}]}"#, .repeatedName(index: 1)
        ),
    ])
    func `a file that is no list of users is refused`(_ text: String, _ expected: UserListError) {
        #expect(throws: expected) { try UserList(parsing: Array(text.utf8)) }
    }
}
