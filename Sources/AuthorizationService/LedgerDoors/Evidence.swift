internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog
internal import LedgerCrypto

/// What proves an event to somebody who has the log's verifier key and nothing else.
struct Evidence: Sendable, Equatable {
    let leaf: [UInt8]
    let leafHash: SHA256Digest
    let position: Int64
    /// A `.tlog-proof`.
    let proof: String

    /// Throws unless the proof leads from the event to the released root.
    init(of event: StoredEvent, in tree: TiledTree, _ released: ReleasedHead) throws(EvidenceFault) {
        let inclusion: InclusionProof
        do throws(ProofError) {
            inclusion = try InclusionProof(index: UInt64(event.position.value), size: tree.size, from: tree)
            try inclusion.verify(leafHash: SHA256.leafHash(event.body), root: released.root)
        } catch {
            throw .proof(error)
        }
        do throws(NoteError) {
            proof = String(decoding: try Receipt(inclusion, checkpoint: released.note).bytes, as: UTF8.self)
        } catch {
            throw .note(error)
        }
        leaf = event.body
        leafHash = event.leafHash
        position = event.position.value
    }

    var json: [UInt8] {
        var json = JSONWriter(reservingCapacity: leaf.count * 4 / 3 + proof.utf8.count + 256)
        json.beginObject()
        json.name("leaf")
        json.string(Base64.encode(leaf))
        json.name("leaf_hash")
        json.string(leafHash.hex)
        json.name("position")
        json.integer(position)
        json.name("proof")
        json.string(proof)
        json.endObject()
        return json.bytes
    }
}

enum EvidenceFault: Error, Equatable {
    case proof(ProofError)
    case note(NoteError)
}
