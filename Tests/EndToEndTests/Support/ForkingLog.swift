import EventLog
import LedgerCrypto

@testable import authledger

/// The core has key names too.
typealias NoteName = EventLog.KeyName

/// A log whose operator has the key and signs what he likes; what it serves is in memory.
final class ForkingLog: PublishedLog {
    static let origin = "log.example/forking"

    let key: Ed25519PrivateKey
    let signer: NoteSigner
    var leaves: [SHA256Digest] = []
    /// Served instead of the newest.
    var checkpoint: SignedNote?
    var fault: WatchFault?
    /// Tiles are not there.
    var withholdsTiles = false
    private(set) var fetched: [String] = []

    init() throws {
        key = try .generate()
        guard let name = NoteName(Self.origin) else { throw Probe.Failed(reason: "no name") }
        signer = NoteSigner(name: name, privateKey: key)
    }

    var vkey: VerifierKey { signer.verifierKey }

    /// Goes on to so many events. Another `branch` makes other events.
    func grow(to size: Int, branch: String = "") {
        while leaves.count < size { leaves.append(SHA256.leafHash(Array("\(branch)\(leaves.count)".utf8))) }
    }

    func note(size: Int? = nil) throws -> SignedNote {
        let size = size ?? leaves.count
        let edge = try RightEdge(size: UInt64(size), from: LeafHashes(leaves))
        return try Checkpoint(origin: Self.origin, size: UInt64(size), root: edge.root).signed(by: signer)
    }

    func submission(from old: Int, to new: Int) throws -> CheckpointSubmission {
        let proof = try ConsistencyProof(oldSize: UInt64(old), newSize: UInt64(new), from: LeafHashes(leaves)).hashes
        return CheckpointSubmission(oldSize: UInt64(old), proof: proof, checkpoint: try note(size: new))
    }

    func fetch(_ path: String, maximumBytes: Int) throws(WatchFault) -> [UInt8] {
        if let fault { throw fault }
        fetched.append(path)
        do {
            if path == "checkpoint" { return try (checkpoint ?? note()).bytes }
            guard !withholdsTiles, case .hashes(let tile) = TilePath(path),
                tile.exists(inTreeOfSize: UInt64(leaves.count))
            else { throw WatchFault.answered(status: 404, path: path) }
            let source = LeafHashes(leaves)
            return HashTile.bytes(
                try (0..<UInt64(tile.width)).map { number in
                    try source.hash(of: Subtree(level: tile.level * 8, index: tile.index * 256 + number))
                })
        } catch let error as WatchFault {
            throw error
        } catch {
            throw .unreachable("\(error)")
        }
    }
}
