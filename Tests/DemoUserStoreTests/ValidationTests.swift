import CanonicalJSON
import HTTPMessages
import LedgerCrypto
import Testing

@testable import DemoUserStore

@Suite struct ValidationTests {
    struct Row: Sendable {
        let name: String
        var type: String? = "application/json"
        let body: String
        let status: Int
        var answer: String?

        init(_ name: String, type: String? = "application/json", body: String, status: Int, answer: String? = nil) {
            self.name = name
            self.type = type
            self.body = body
            self.status = status
            self.answer = answer
        }
    }

    private static let form = "application/x-www-form-urlencoded"

    private func answer(
        _ method: String, _ path: String, type: String? = nil, body: String = ""
    ) throws -> (response: HTTPResponse, noted: [ValidationDoor.Outcome]) {
        let store = try UserStore(
            list(
                user("alice", password: "right", extraInfo: ["tenant": .string("north")]),
                user("bób", password: "richtig", subject: "person-2")))
        nonisolated(unsafe) var noted: [ValidationDoor.Outcome] = []
        let door = ValidationDoor(store: store) { noted.append($0) }
        let fields: HTTPFields = type.map { ["Content-Type": $0] } ?? [:]
        let request = HTTPRequest(
            method: method, target: try RequestTarget(parsing: path), fields: fields, body: Array(body.utf8))
        return (door.answer(request), noted)
    }

    @Test(arguments: [
        Row(
            "right as JSON", body: #"{"username":"alice","password":"right"}"#, status: 200,
            answer: #"{"extraInfo":{"tenant":"north"}}"#),
        Row(
            "other members", body: #"{"username":"alice","password":"right","tenant":{"n":1.5}}"#, status: 200,
            answer: #"{"extraInfo":{"tenant":"north"}}"#),
        Row(
            "right as a form", type: form, body: "username=b%C3%B3b&password=richtig", status: 200,
            answer: #"{"extraInfo":{},"subject":"person-2"}"#),
        Row(
            "another spelling of the same letters", type: form, body: "username=bo%CC%81b&password=richtig", status: 401
        ),
        Row("a wrong password", body: #"{"username":"alice","password":"wrong"}"#, status: 401),
        Row("an empty password", body: #"{"username":"alice","password":""}"#, status: 401),
        Row("another user's password", body: #"{"username":"alice","password":"richtig"}"#, status: 401),
        Row("an unknown user", body: #"{"username":"carl","password":"right"}"#, status: 401),
        Row("no password", body: #"{"username":"alice"}"#, status: 400),
        Row("no name", body: #"{"username":"","password":"right"}"#, status: 400),
        Row("a number as a name", body: #"{"username":1,"password":"right"}"#, status: 400),
        Row("a name twice", type: form, body: "username=alice&username=alice&password=right", status: 400),
        Row("no JSON", body: "username=alice&password=right", status: 400),
        Row("another type", type: "text/plain", body: #"{"username":"alice","password":"right"}"#, status: 400),
        Row("no type", type: nil, body: #"{"username":"alice","password":"right"}"#, status: 400),
    ])
    func `a question is answered by what it asks`(_ row: Row) throws {
        let (response, noted) = try answer("POST", "/validate", type: row.type, body: row.body)
        #expect(response.status == row.status, "\(row.name)")
        if let answer = row.answer { #expect(String(decoding: response.body, as: UTF8.self) == answer) }
        let outcome: ValidationDoor.Outcome =
            switch row.status {
            case 200: .accepted
            case 401: .rejected
            default: .malformed
            }
        #expect(noted == [outcome])
    }

    @Test func `other paths and methods are nobody's question`() throws {
        #expect(try answer("GET", "/validate").response.status == 405)
        #expect(try answer("GET", "/validate").response.fields.first("Allow") == "POST")
        #expect(try answer("GET", "/healthz").response.status == 200)
        #expect(try answer("POST", "/healthz").response.status == 405)
        let (response, noted) = try answer("POST", "/", type: Self.form, body: "username=alice&password=right")
        #expect(response.status == 404)
        #expect(noted.isEmpty)
    }

    @Test func `nobody gets in where there are no users`() throws {
        let store = try UserStore(UserList())
        #expect(try store.validate(name: "alice", password: SecretBytes(copying: [])) == nil)
    }
}
