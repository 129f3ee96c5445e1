import AuthorizationCore
import AuthorizationService
import EventLog
import HTTPMessages
import LedgerCrypto
import Testing
import Threads

@Suite struct DoorsTileTests {
    /// The hash of a tile's place, by its definition: the root over 256^level leaves.
    func node(_ level: Int, _ number: Int, _ leaves: [SHA256Digest]) -> [UInt8] {
        let width = (0..<level).reduce(1) { product, _ in product * 256 }
        return NaiveTree.root(leaves[(number * width)..<((number + 1) * width)]).bytes
    }

    func path(_ level: Int, _ index: Int, _ width: Int) -> String {
        let digits = String(index)
        let group = String(repeating: "0", count: 3 - digits.utf8.count) + digits
        return "/ledger/tile/\(level)/\(group)\(width == 256 ? "" : ".p/\(width)")"
    }

    @Test(arguments: [1, 255, 256, 257, 65_536, largeSize])
    func `every tile of the tree is served, and none beyond`(_ size: Int) async throws {
        let service = try size == Self.largeSize ? Self.largeLog.get() : DoorsService()
        service.store.addLeaves(size - service.store.content.withLock { $0.leafHashes.count })
        let leaves = service.store.content.withLock { $0.leafHashes }
        var count = size
        for level in 0..<4 {
            // Full ones, partial ones of any width that existed, and what stands just beyond.
            for index in Set([0, count / 256 - 1, count / 256]) where index >= 0 {
                let available = min(256, max(0, count - index * 256))
                let hashes = (0..<available).map { node(level, index * 256 + $0, leaves) }
                for width in [1, 2, available - 1, available, available + 1, 255, 256] where (1...256).contains(width) {
                    let answer = try await service.ledger(path(level, index, width))
                    guard width <= available else {
                        #expect(answer.status == 404)
                        continue
                    }
                    #expect(answer.status == 200)
                    #expect(answer.body == hashes.prefix(width).flatMap { $0 })
                    #expect(answer.fields.first("Content-Type") == "application/octet-stream")
                    #expect(answer.fields.first("Cache-Control") == "public, max-age=31536000, immutable")
                }
            }
            count /= 256
        }
    }

    static let largeSize = 66_000
    static let provedPositions = [0, 255, 256, 65_535, 65_999]

    /// Made once: it has a token wherever a receipt is asked for.
    static let largeLog = Result {
        let service = try DoorsService()
        for position in provedPositions.dropFirst() {
            service.store.addLeaves(position - service.store.content.withLock { $0.leafHashes.count })
            _ = try service.issueToken(to: AppID(bits: 1))
        }
        return service
    }

    @Test(arguments: provedPositions)
    func `receipts of a large log lead to its root`(_ position: Int) async throws {
        let service = try Self.largeLog.get()
        let receipt = try await service.ledger.receipt(at: Position(Int64(position)))
        let verified = try Receipt(parsing: Array(receipt.proof.utf8)).verify(
            leaf: receipt.leaf, origin: DoorsService.origin, logKeys: [DoorsService.verifierKey(service.keys)])
        #expect(verified.checkpoint.size == UInt64(Self.largeSize))
        #expect(verified.checkpoint.root == Self.largeRoot)
    }

    static let largeRoot = (try? largeLog.get()).map { service in
        NaiveTree.root(service.store.content.withLock { $0.leafHashes }[...])
    }

    @Test(arguments: [
        ("tile/0/000", 200), ("tile/0/000?x=1", 400), ("tile/1/000.p/1", 200), ("tile/0/001.p/44", 200),
        ("tile/0/001.p/45", 404), ("tile/0/001", 404), ("tile/0/000.p/0", 404), ("tile/0/000.p/256", 404),
        ("tile/0/000.p/01", 404), ("tile/0/000.p/+1", 404), ("tile/0/000.p/", 404), ("tile/0/000.p", 404),
        ("tile/0/0", 404), ("tile/0/00", 404), ("tile/0/0000", 404), ("tile/0/x000/000", 404), ("tile/0/x000", 404),
        ("tile/00/000", 404), ("tile/-0/000", 404), ("tile/8/000", 404), ("tile/63/000.p/1", 404),
        ("tile/64/000.p/1", 404), ("tile/0/000/", 404), ("tile//000", 404), ("tile/0//000", 404), ("tile/0", 404),
        ("tile", 404), ("tile/", 404), ("tile/8/0/000", 404), ("tile/data/000", 404), ("tile/%30/000", 404),
        ("tile/0/%30%30%30", 404), ("%74ile/0/000", 404), ("tile/0%2F000", 404), ("tile/0/000%2Ep/1", 404),
        ("Tile/0/000", 404), ("tile/0/x009/x223/x372/x036/x854/x775/808", 404),
        ("tile/0/x999/x999/x999/x999/x999/x999/x999/999", 404), ("", 404), ("checkpoint/", 404), ("checkpoint", 200),
    ])
    func `each tile has one path`(_ path: String, _ status: Int) async throws {
        let service = try DoorsService()
        service.store.addLeaves(299)
        #expect(try await service.ledger("/ledger/\(path)").status == status)
        if status == 200 {
            #expect(try await service.ledger("/ledger/\(path)", method: "HEAD").status == 200)
            #expect(try await service.ledger("/ledger/\(path)", method: "POST").status == 405)
        }
    }

    // MARK: Entry bundles

    enum Asker: CaseIterable {
        case nobody, auditor, expiredAuditor, manager, app, twice, wrongSecret
    }

    @Test(arguments: Asker.allCases)
    func `entries are for auditors, and every reading is on record`(_ asker: Asker) async throws {
        let service = try DoorsService()
        let (auditorID, auditor) = try service.addOperator(1, roles: [.manager, .auditor])
        let (_, expired) = try service.addOperator(2, roles: [.auditor], expired: true)
        let (_, manager) = try service.addOperator(3, roles: [.administrator, .manager, .privacy, .gateway])
        let (_, app) = try service.addApp(4)
        let (fields, status): (HTTPFields, Int) =
            switch asker {
            case .nobody: ([:], 401)
            case .auditor: (auditor, 200)
            case .expiredAuditor: (expired, 401)
            case .manager: (manager, 403)
            case .app: (app, 401)
            case .twice: (HTTPFields(auditor.list + auditor.list), 401)
            case .wrongSecret: (["Authorization": "Bearer \(OperatorKey.text(of: auditorID, secret: "x"))"], 401)
            }
        let before = service.store.content.withLock { $0.events.count }
        let answer = try await service.ledger("/ledger/tile/entries/000.p/3", fields: fields)
        #expect(answer.status == status)
        #expect(
            try await service.ledger("/ledger/tile/entries/000.p/200", fields: fields).status
                == (status == 200 ? 404 : status))
        let events = service.store.content.withLock { $0.events }
        guard status == 200 else {
            #expect(events.count == before)
            return
        }
        let leaves = service.store.content.withLock { $0.leafHashes }
        let entries = try EntryBundle.entries(in: answer.body, width: 3)
        #expect(entries.map { SHA256.leafHash(Array($0)) } == Array(leaves.prefix(3)))
        #expect(answer.fields.first("Cache-Control") == "no-store")
        #expect(events.count == before + 1)
        let last = try #require(events.last)
        #expect(last.actor == .operator(auditorID))
        guard case .audit(.read(let read)) = last.data else {
            Issue.record("the last event is no audit.read")
            return
        }
        #expect(read.action == "entries")
        #expect(read.count == 3)
        #expect(read.first == 0)
        #expect(read.last == 2)
    }

    @Test(arguments: [AppendError.full, .stopped("the disk"), .moved(.estate)])
    func `entries whose reading cannot be recorded are not shown`(_ failure: AppendError) async throws {
        let service = try DoorsService()
        let (_, auditor) = try service.addOperator(1, roles: [.auditor])
        service.store.content.withLock { $0.appendFailure = failure }
        let answer = try await service.ledger("/ledger/tile/entries/000.p/1", fields: auditor)
        #expect(answer.status == 503)
        #expect(!String(decoding: answer.body, as: UTF8.self).contains("ledger.created"))
    }
}
