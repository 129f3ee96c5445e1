import Foundation
import Testing

/// What is left of people who were never recognised, and what must not open again.
@Suite struct RetentionTests {
    private static let names = ["hans.unbekannt", "erika.nirgends"]
    private static let addresses = ["127.0.0.77", "127.0.0.78"]

    /// Names that no store knows, typed from two addresses.
    private static func scene() throws -> Scene {
        let scene = try Scene()
        for (name, address) in zip(names, addresses) {
            _ = try scene.ledger.token(scene.app, name, "geraten", from: address)
            // A client that nobody knows, too.
            _ = try scene.ledger.post(
                nil, "grant_type=password&username=\(name)&password=x&client_id=app_none", from: address)
        }
        #expect(try scene.ana().status == 200)
        return scene
    }

    @Test func `after the retentions, leaves plus all key files confirm no name`() async throws {
        let scene = try Self.scene()
        let ledger = scene.ledger
        #expect(ledger.stop() == 0)
        // What is looked for is found while it may be.
        let before = try await Confirmation(of: ledger)
        for guess in Self.names + Self.addresses { #expect(try before.confirms(guess), "\(guess)") }
        #expect(try !before.confirms("wer.anders"))

        let later = try await LaterService(ledger, days: 31)
        try await later.retain()
        let refused = try await later.token(scene.app, "otto.spaeter", "geraten", from: "127.0.0.79")
        #expect(refused.status == 400, "\(refused.text)")
        let oldest = try await later.metric("authledger_oldest_day_vault_timestamp_seconds")
        #expect(try #require(oldest) >= Int64(Date().timeIntervalSince1970) + 29 * 86_400)
        await later.stop()

        let after = try await Confirmation(of: ledger)
        for guess in Self.names + Self.addresses { #expect(try !after.confirms(guess), "\(guess)") }
        #expect(try after.confirms("otto.spaeter") && after.confirms("127.0.0.79"))
        // Ana was recognised: her account is no matter of retention.
        #expect(try after.confirms("ana"))

        let destroyed = try ledger.events("vault.destroyed")
        #expect(destroyed.count == 1 && destroyed.first?.text("kind") == "day")
        let verified = try RunningLedger.run("authaudit", ["verify", "--ledger", ledger.ledger, "--vkey", ledger.vkey])
        #expect(verified.status == 0, "\(verified.output)\(verified.talk)")
        #expect(verified.output.contains(" erased, 0 gone") && !verified.output.contains(" 0 erased"))
    }

    @Test func `a vault file that is put back from a copy opens nothing that the log says has ended`() async throws {
        let scene = try Self.scene()
        let ledger = scene.ledger
        #expect(ledger.stop() == 0)
        let copies = ["ledger.db.vaults", "ledger.db.keys/vaults.epoch"].map {
            ledger.folder.appendingPathComponent($0)
        }
        for file in copies { try FileManager.default.copyItem(at: file, to: file.appendingPathExtension("copy")) }
        let later = try await LaterService(ledger, days: 31)
        try await later.retain()
        await later.stop()

        for file in copies {
            try FileManager.default.removeItem(at: file)
            try FileManager.default.moveItem(at: file.appendingPathExtension("copy"), to: file)
        }
        for end in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: ledger.ledger + ".vaults" + end) }
        let again = try await LaterService(ledger, days: 31)
        #expect(try await again.metric("authledger_vaults_destroyed") == 1)
        try await again.retain()
        await again.stop()
        let after = try await Confirmation(of: ledger)
        for guess in Self.names + Self.addresses { #expect(try !after.confirms(guess), "\(guess)") }
        #expect(try ledger.events("vault.destroyed").count == 1)
        try ledger.verifyWholeLedger()
    }

    @Test func `the programs go on with a ledger whose epoch key was changed`() async throws {
        let scene = try Self.scene()
        let epoch = scene.ledger.folder.appendingPathComponent("ledger.db.keys/vaults.epoch")
        let first = try Data(contentsOf: epoch)
        #expect(scene.ledger.stop() == 0)
        let later = try await LaterService(scene.ledger, days: 1)
        try await later.retain()
        await later.stop()
        #expect(try Data(contentsOf: epoch) != first)
        let between = try await LaterService(scene.ledger, days: 1)
        #expect(try await between.token(scene.app, "ana", "geheim").status == 200)
        await between.stop()
        #expect(try scene.ledger.events("account.opened").count == 1)
        try scene.ledger.verifyWholeLedger()
    }
}
