import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import EventLog
import HTTPMessages
import LedgerCrypto
import Testing
import Threads

@Suite struct DoorsReceiptTests {
    let service: DoorsService
    let store: DoorsStore
    let owner: HTTPFields
    let token: Position

    init() throws {
        service = try DoorsService()
        store = service.store
        let (id, fields) = try service.addApp(1)
        owner = fields
        store.addLeaves(300)
        token = try service.issueToken(to: id)
        store.addLeaves(5)
    }

    func get(_ position: String, _ fields: HTTPFields, accept: String? = nil) async throws -> HTTPResponse {
        var fields = fields
        if let accept { fields.append("Accept", accept) }
        return try await service.ledger("/ledger/receipts/\(position)", fields: fields)
    }

    @Test func `a receipt is a tlog-proof, line by line`() async throws {
        let answer = try await get("\(token)", owner)
        #expect(answer.status == 200)
        #expect(answer.fields.first("Content-Type") == "text/plain; charset=utf-8")
        #expect(answer.fields.first("Cache-Control") == "no-store")
        let (leaves, checkpoint) = store.content.withLock { ($0.leafHashes, $0.kept.last) }
        let path = NaiveTree.path(Int(token.value), leaves[...]).map { Base64.encode($0.bytes) + "\n" }.joined()
        let note = String(decoding: try #require(checkpoint).note, as: UTF8.self)
        #expect(
            String(decoding: answer.body, as: UTF8.self)
                == "c2sp.org/tlog-proof@v1\nindex \(token)\n\(path)\n\(note)")
        #expect(checkpoint?.size == Int64(leaves.count))
    }

    @Test func `as JSON it brings the leaf along`() async throws {
        let answer = try await get("\(token)", owner, accept: "application/json")
        #expect(answer.fields.first("Content-Type") == "application/json")
        let object = try #require(try JSON.parse(answer.body).objectValue)
        #expect(object.members.map(\.name) == ["leaf", "leaf_hash", "position", "proof"])
        let leaf = try #require(object["leaf"]?.stringValue.flatMap { Base64.decode($0) })
        #expect(leaf == store.content.withLock { $0.bodies[token.value] })
        #expect(object["leaf_hash"]?.stringValue == SHA256.hash([0] + leaf).hex)
        #expect(object["position"]?.integerValue == token.value)
        let proof = try #require(object["proof"]?.stringValue)
        let verified = try Receipt(parsing: Array(proof.utf8)).verify(
            leaf: leaf, origin: DoorsService.origin, logKeys: [DoorsService.verifierKey(service.keys)])
        #expect(verified.checkpoint.size == UInt64(store.state.head.size))
    }

    @Test(arguments: [
        (nil, false), ("*/*", false), ("text/plain", false), ("application/json", true),
        ("text/plain, application/json", false), ("text/plain;q=0.5, application/json", true),
        ("application/json;q=0", false), ("application/json; q=0.9, text/plain; q=1", false),
        ("APPLICATION/JSON", true), ("application/*", false), ("nonsense", false), ("", false),
    ])
    func `the client chooses between the two forms`(_ accept: String?, _ isJSON: Bool) async throws {
        let answer = try await get("\(token)", owner, accept: accept)
        #expect(answer.fields.first("Content-Type") == (isJSON ? "application/json" : "text/plain; charset=utf-8"))
        #expect(answer.fields.first("Vary") == "Accept")
    }

    enum Asker: CaseIterable {
        case nobody, owner, ownerWithWrongSecret, otherApp, suspendedOwner, retiredOwner, auditor, expiredAuditor
        case manager, both

        /// The token, an event that is no token, beyond the head.
        var statuses: [Int] {
            switch self {
            case .nobody, .ownerWithWrongSecret, .suspendedOwner, .retiredOwner, .expiredAuditor, .both:
                [401, 401, 401]
            case .manager: [403, 403, 403]
            case .otherApp: [404, 404, 404]
            case .owner: [200, 404, 404]
            case .auditor: [200, 200, 404]
            }
        }
    }

    @Test(arguments: Asker.allCases)
    func `a receipt is for auditors and for the app whose token it proves`(_ asker: Asker) async throws {
        let app = try #require(store.state.estate.apps.keys.first)
        let (auditorID, auditor) = try service.addOperator(1, roles: [.auditor])
        let fields: HTTPFields
        switch asker {
        case .nobody: fields = [:]
        case .owner: fields = owner
        case .ownerWithWrongSecret:
            fields = ["Authorization": "Basic \(Base64.encode(Array("\(app.text):wrong".utf8)))"]
        case .otherApp: fields = try service.addApp(2).1
        case .suspendedOwner:
            fields = owner
            var data = AppSuspended()
            data.app = app
            try store.record(.apps(.suspended(data)))
        case .retiredOwner:
            fields = owner
            var data = AppRetired()
            data.app = app
            try store.record(.apps(.retired(data)))
        case .auditor: fields = auditor
        case .expiredAuditor: fields = try service.addOperator(3, roles: [.auditor], expired: true).1
        case .manager: fields = try service.addOperator(4, roles: [.administrator, .manager, .deployer]).1
        case .both: fields = HTTPFields(auditor.list + owner.list)
        }
        let before = store.content.withLock { $0.events.count }
        var answers: [HTTPResponse] = []
        for position in ["\(token)", "0", "100000"] { answers.append(try await get(position, fields)) }
        #expect(answers.map(\.status) == asker.statuses)
        // What is not his looks like what is not there.
        if asker == .otherApp { #expect(answers[0] == answers[2]) }
        if asker == .owner { #expect(answers[1] == answers[2]) }
        if answers[0].status == 401 {
            #expect(
                answers[0].fields.all("WWW-Authenticate").map { $0.prefix(5) } == ["Beare", "Basic"])
        }
        let read = store.content.withLock { $0.events }.dropFirst(before)
        #expect(read.count == (asker == .auditor ? 2 : 0))
        for event in read {
            #expect(event.actor == .operator(auditorID))
            guard case .audit(.read(let data)) = event.data else {
                Issue.record("not an audit.read")
                return
            }
            #expect(data.action == "receipt")
            #expect(data.count == 1)
            #expect(data.first == data.last)
        }
    }

    @Test func `an auditor's receipt whose reading cannot be recorded is not shown`() async throws {
        let (_, auditor) = try service.addOperator(1, roles: [.auditor])
        store.content.withLock { $0.appendFailure = .stopped("the disk") }
        #expect(try await get("\(token)", auditor).status == 503)
        #expect(try await get("\(token)", owner).status == 200)
    }

    @Test(arguments: [
        "", "-1", "+1", "01", "1.0", "0x1", "٣", "9223372036854775807", "9223372036854775808", "1%20", "a",
    ])
    func `a position has one spelling`(_ position: String) async throws {
        let (_, auditor) = try service.addOperator(1, roles: [.auditor])
        let encoded = position == "٣" ? "%D9%A3" : position
        #expect(try await get(encoded, auditor).status == 404)
        #expect(try await service.ledger("/ledger/receipts/0/", fields: auditor).status == 404)
    }

    @Test func `a receipt for the token endpoint is made at once and for what is recorded only`() async throws {
        let receipt = try await service.ledger.receipt(at: token)
        #expect(receipt.leaf == store.content.withLock { $0.bodies[token.value] })
        await #expect(throws: ReleaseError.notYetRecorded) {
            try await service.ledger.receipt(at: Position(store.state.head.size))
        }
    }

    @Test func `stored hashes that do not lead to the checkpoint make no receipt`() async throws {
        _ = try await service.releaser.newestNote()
        store.content.withLock { $0.leafHashes[Int($0.head.size) - 1] = SHA256.hash([1]) }
        await #expect(throws: ReleaseError.self) { try await service.ledger.receipt(at: token) }
    }
}
