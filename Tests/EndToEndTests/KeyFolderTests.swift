import EventLogSQLite
import Foundation
import Glibc
import LedgerCrypto
import Testing

@testable import authledger

/// Keys that are not the ledger's, or not the service's alone.
@Suite struct KeyFolderTests {
    @Test(arguments: ["state", "index", "vaults.epoch", "checkpoint"])
    func `another ledger's key is refused in one sentence`(_ name: String) throws {
        let ledger = try RunningLedger()
        #expect(ledger.stop() == 0)
        let other = try RunningLedger()
        #expect(other.stop() == 0)
        let path = "ledger.db.keys/\(name)"
        let file = ledger.folder.appendingPathComponent(path)
        let own = try Data(contentsOf: file)
        try Data(contentsOf: other.folder.appendingPathComponent(path)).write(to: file)
        chmod(file.path, 0o600)
        let refused = try serve(ledger)
        #expect(refused.status == 3, "\(refused.talk)")
        #expect(refused.talk.split(separator: "\n").count == 1 && refused.talk.contains(name), "\(refused.talk)")
        try own.write(to: file)
        chmod(file.path, 0o600)
        try ledger.start()
        #expect(ledger.stop() == 0)
    }

    @Test(arguments: [("", 0o750), ("state", 0o640), ("tag", 0o701), ("token", 0o770), ("vaults.epoch", 0o604)])
    func `keys that other accounts may read are refused in one sentence`(_ name: String, _ mode: Int) throws {
        let ledger = try RunningLedger()
        #expect(ledger.stop() == 0)
        let path = ledger.ledger + ".keys" + (name.isEmpty ? "" : "/\(name)")
        chmod(path, mode_t(mode))
        let refused = try serve(ledger)
        #expect(refused.status == 1, "\(refused.talk)")
        #expect(refused.talk.split(separator: "\n").count == 1, "\(refused.talk)")
        #expect(refused.talk.contains("\(path) is open to other accounts"), "\(refused.talk)")
        chmod(path, mode_t(mode & 0o700))
        try ledger.start()
        #expect(ledger.stop() == 0)
    }

    /// Starts the service where somebody else listens, so that it ends in any case.
    private func serve(_ ledger: RunningLedger) throws -> RunningLedger.Finished {
        let (descriptor, port) = try Probe.listen()
        defer { close(descriptor) }
        return try RunningLedger.run(
            "authledger",
            [
                "serve", "--ledger", ledger.ledger, "--listen", "127.0.0.1:\(port)", "--base-url",
                "http://127.0.0.1:\(port)",
            ])
    }

    // MARK: Keys that end

    private let folder = FileManager.default.temporaryDirectory.path + "/keys-\(UUID().uuidString)"

    @Test func `tags get a key of their own every seven days, and a destroyed one never comes back`() throws {
        let keys = try KeyFolder.create(at: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let name = Array("ana".utf8)
        let tags = try (Int64(10)...15).map { epoch in try #require(try keys.tagKey(epoch: epoch)).authenticate(name) }
        #expect(Set(tags.map(\.bytes)).count == 6)
        #expect(try keys.tagKey(epoch: 15)?.authenticate(name) == tags[5])
        // Another name for the same bytes on the disk.
        #expect(link("\(folder)/tag/12", "\(folder)/witness") == 0)

        #expect(try keys.destroyTagKeys(before: 13) == 3)
        #expect(KeyFile.names(in: "\(folder)/tag").sorted() == ["13", "14", "15"])
        #expect(FileManager.default.contents(atPath: "\(folder)/witness") == Data(count: 32))
        #expect(try keys.destroyTagKeys(before: 13) == 0)
        for folder in [keys, try KeyFolder(at: folder)] {
            for epoch in Int64(10)...12 { #expect(try folder.tagKey(epoch: epoch) == nil) }
            #expect(try folder.tagKey(epoch: 13)?.authenticate(name) == tags[3])
        }
    }

    @Test func `the epoch key is overwritten when the next one takes its place`() throws {
        _ = try KeyFolder.create(at: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let keys = EpochKeyFiles(folder: folder)
        func bytes(_ name: String) -> Data? { FileManager.default.contents(atPath: "\(folder)/\(name)") }
        let first = bytes("vaults.epoch")
        #expect(throws: EpochKeyError.self) { try keys.adoptNext() }
        #expect(bytes("vaults.epoch") == first)

        _ = try keys.prepareNext()
        let forgotten = bytes("vaults.epoch.next")
        try keys.discardNext()
        try keys.discardNext()
        #expect(bytes("vaults.epoch.next") == nil && bytes("vaults.epoch") == first)
        _ = try keys.prepareNext()
        let next = bytes("vaults.epoch.next")
        #expect(Set([first, forgotten, next]).count == 3 && next?.count == 32)
        #expect(link("\(folder)/vaults.epoch", "\(folder)/witness") == 0)
        try keys.adoptNext()
        #expect(bytes("vaults.epoch") == next && bytes("vaults.epoch.next") == nil)
        #expect(bytes("witness") == Data(count: 32))
        // Everything that is made is the owner's alone.
        #expect(throws: Never.self) { try KeyFile.checkPrivacy(of: folder) }
    }
}
