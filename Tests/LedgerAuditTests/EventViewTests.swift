import AuthorizationCore
import EventLog
import LedgerCrypto
import Testing

@testable import LedgerAudit

@Suite struct EventViewTests {
    @Test(arguments: EventType.allCases)
    func `the view reads every type's envelope`(_ type: EventType) throws {
        let event = Event(
            position: 7, recordedAt: .example, actor: .service, correlation: "cmd_x", blind: .example,
            data: EventData(empty: type))
        // Some types have no empty form that can be written; their values are not this test's business.
        guard let leaf = try? RecordedForm.encode(event) else { return }
        try leaf.withUnsafeBytes { bytes in
            let view = try EventView(bytes)
            #expect(view.type == type && view.position == 7)
            #expect(view.correlation.elementsEqual("cmd_x".utf8))
            #expect(view.recordedAt.elementsEqual(Timestamp.example.text.utf8))
        }
    }

    @Test func `every name of a type is found by its bytes`() {
        for type in EventType.allCases {
            let name = Array(type.rawValue.utf8)
            #expect(name.withUnsafeBytes { EventTypeNames.type($0) } == type)
            #expect(name.dropLast().withUnsafeBytes { EventTypeNames.type($0) } == nil)
        }
    }

    @Test func `the walk finds the sealed values that the decoded event holds`() throws {
        func seal(_ number: Int) -> SealedValue { Story.sealed(number, in: Story.openVault).0 }
        var request = TokenRequest()
        request.environment = Story.prod
        request.source = seal(1)
        request.userName = seal(2)
        var refused = TokenRefused()
        refused.request = request
        var attempt = ValidationAttempted()
        attempt.extraInfoSealed = seal(3)
        var issued = TokenIssued()
        issued.signingInput.salt = seal(4)
        issued.claims.extraInfo = .sealed(commitment: .example)
        var registered = IdentityRegistered()
        registered.content.name = Name(text: "n") ?? Name()
        registered.content.destination.query = seal(5)
        registered.content.destinations = [
            EnvironmentDestination(environment: Story.prod, destination: Destination(url: "u", query: seal(6))),
            EnvironmentDestination(environment: Story.sandbox, destination: Destination(url: "v", query: seal(7))),
        ]
        let all: [EventData] = [
            .tokens(.requested(request)), .tokens(.refused(refused)), .tokens(.attempted(attempt)),
            .tokens(.issued(issued)), .identities(.registered(registered)),
            .accounts(.vaultDestroyed(VaultDestroyed())),
        ]
        for data in all {
            let event = Event(
                position: 1, recordedAt: .example, actor: .service, correlation: "c", blind: .example, data: data)
            let leaf = try RecordedForm.encode(event)
            let found = try leaf.withUnsafeBytes { leaf in
                var vaults = IdentifierReader<VaultKind>()
                return LeafForm(of: event, try EventView(leaf), in: leaf).seals?.map { $0.read(leaf, &vaults) }
            }
            let expected = SealedFields.of(data).sorted { $0.path < $1.path }
            #expect(found?.map { $0?.name } == expected.map(\.path))
            #expect(found?.map { $0.map { Bytes32($0.ciphertextHash) } } == expected.map(\.value.ciphertextHash))
            #expect(found?.map { $0?.vault } == expected.map(\.value.vault))
        }
    }

    @Test(arguments: [
        ("abc", "abc", true), ("abc", "xxabcxx", true), ("abc", "ababc", true), ("abc", "ab", false),
        ("abc", "abxabxab", false), ("aab", "aaaab", true), ("a", "", false), ("a", "ba", true),
    ])
    func `a pattern is found wherever it stands`(_ pattern: String, _ text: String, _ occurs: Bool) {
        #expect(Array(text.utf8).withUnsafeBytes { BytePattern(pattern).occurs(in: $0) } == occurs)
    }

    @Test func `the rebuilt tree has the roots, tiles and edge of the log's own`() {
        var rebuilt = TreeRebuild()
        var edge = RightEdge()
        var builder = TileBuilder()
        #expect(rebuilt.root() == MerkleTree.emptyRoot)
        for number in 0..<(65_536 + 300) {
            let leaf = SHA256.leafHash([UInt8](String(number).utf8))
            let tiles = builder.append(leaf)
            let found = rebuilt.append(leaf)
            edge.append(leaf)
            guard found.count == tiles.count,
                zip(found, tiles).allSatisfy({
                    $0.level == $1.tile.level && $0.index == Int64($1.tile.index) && $0.hashes == $1.hashes
                })
            else { return #expect(Bool(false), "tiles at \(number)") }
            guard number < 600 || number % 4_099 == 0 || number > 65_500 else { continue }
            #expect(rebuilt.root() == edge.root && rebuilt.serializedEdge == edge.serialized)
        }
    }
}
