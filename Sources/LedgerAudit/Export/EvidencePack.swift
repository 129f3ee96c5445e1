internal import AuthorizationCore
internal import EvidenceVerifier
public import EventLog
public import LedgerCrypto

/// Writes what answers a question ("every token for API X in March") as files that prove themselves offline: the events,
/// one proof of them all, the signed checkpoint, the identity chains and policies of the time with the events that made
/// them, the review of the period, and a verifier in Python that shares no code with this project.
///
/// All events of a decision come along when one of them answers the question. The same question to the same ledger at the
/// same checkpoint gives the same bytes. A pack holds recorded events only: of personal values it has the commitments,
/// never the values nor their ciphertext.
public struct EvidencePack: Sendable {
    /// The most events that a pack holds; beyond it the whole log as tiles serves better.
    public static let maximumEvents = 1_000_000

    public var question: HistoryFilter
    /// A signed checkpoint, or a receipt, as a file; the newest one that the ledger kept when nil.
    public var checkpointFile: [UInt8]?
    public var keyring: CheckpointKeyring

    public init(_ question: HistoryFilter, at checkpointFile: [UInt8]? = nil, _ keyring: CheckpointKeyring) {
        self.question = question
        self.checkpointFile = checkpointFile
        self.keyring = keyring
    }

    /// Writes the pack. `progress` is told events looked at and events to look at; each event is looked at twice.
    ///
    /// Nothing is written when no event answers the question. The manifest's digest is written last.
    public func run(
        _ reader: any LedgerReader, to sink: () throws(ExportFault) -> any FileSink,
        progress: (Int64, Int64) -> Void = { _, _ in }
    ) throws(ExportFault) -> EvidenceSummary {
        let verified = try reader.exportCheckpoint(checkpointFile, keyring)
        let checkpoint = verified.checkpoint
        var selection = PackSelection(question, checkpoint)
        do throws(AuditError) {
            try selection.search(reader, progress)
        } catch {
            throw .proof(.audit(error))
        }
        guard selection.count <= Self.maximumEvents else { throw .tooManyEvents(maximum: Self.maximumEvents) }
        guard selection.count > 0 else { throw .noEvents }

        let files = PackFiles(try sink())
        let gathered = try gather(selection, reader, files, progress)
        var estate = PackEstate(question, concerns: gathered.concerns, end: selection.end(after: gathered.leaves))
        do throws(AuditError) {
            try estate.fold(reader)
        } catch {
            throw .proof(.audit(error))
        }
        let context = try write(estate, besides: gathered.leaves, reader, files)

        let leaves = Self.merged(gathered.leaves, context)
        let proof = try prove(leaves, checkpoint, reader)
        try files.add("proof", HashTile.bytes(proof.hashes))
        try files.add("checkpoint", verified.note.bytes)
        try files.add("chains.json", estate.chainsJSON)
        try files.add("policies.json", estate.policiesJSON)
        let reviewed = try PackReview(question, selection.range).write(reader, files, progress)
        let manifest = PackManifest(
            question: question, range: selection.range, checkpoint: checkpoint, events: gathered.leaves.count,
            estateEvents: context.count, review: reviewed, verifierKey: keyring.newest)
        try files.add("README.txt", manifest.readme)
        try files.add("verify.py", VerifierScript.bytes)
        let digest = try files.finish(manifest)
        return EvidenceSummary(
            checkpoint: checkpoint, range: selection.range, beyondCheckpoint: selection.beyondCheckpoint,
            matching: selection.count, events: gathered.leaves.count, estateEvents: context.count,
            proofHashes: proof.hashes.count, manifestDigest: digest)
    }

    /// Writes every event that was selected, or belongs to a decision of one that was.
    private func gather(
        _ selection: PackSelection, _ reader: any LedgerReader, _ files: PackFiles, _ progress: (Int64, Int64) -> Void
    ) throws(ExportFault) -> (leaves: [MultiProof.Leaf], concerns: PackConcerns) {
        var leaves: [MultiProof.Leaf] = []
        var concerns = PackConcerns()
        var choice = selection.choice
        var writer = LeafWriter("events", files)
        let window = selection.window
        try reader.scanning(window) { (position, leaf, leafHash) throws(ExportFault) in
            if position.value % 4_096 == 0 {
                progress(
                    selection.searched + position.value - window.lowerBound, selection.searched + Int64(window.count))
            }
            guard choice.takes(position, leaf) else { return }
            guard let event = try? RecordedForm.decode(leaf), event.position == position else {
                throw .proof(.audit(.noEvent(position)))
            }
            guard leaves.count < Self.maximumEvents else { throw .tooManyEvents(maximum: Self.maximumEvents) }
            concerns.note(event)
            leaves.append(MultiProof.Leaf(index: UInt64(position.value), hash: leafHash))
            try writer.append(leaf)
        }
        try writer.finish()
        return (leaves, concerns)
    }

    /// Writes the estate events of the question that are not among its events.
    private func write(
        _ estate: PackEstate, besides leaves: [MultiProof.Leaf], _ reader: any LedgerReader, _ files: PackFiles
    ) throws(ExportFault) -> [MultiProof.Leaf] {
        let known = Set(leaves.map(\.index))
        var context: [MultiProof.Leaf] = []
        var writer = LeafWriter("estate", files)
        for position in estate.positions where !known.contains(UInt64(position.value)) {
            try reader.scanning(position.value..<position.value + 1) { (position, leaf, leafHash) throws(ExportFault) in
                context.append(MultiProof.Leaf(index: UInt64(position.value), hash: leafHash))
                try writer.append(leaf)
            }
        }
        try writer.finish()
        return context
    }

    private func prove(
        _ leaves: [MultiProof.Leaf], _ checkpoint: Checkpoint, _ reader: any LedgerReader
    ) throws(ExportFault) -> MultiProof {
        do throws(ProofFault) {
            return try LedgerTree(reader).proving(checkpoint.size) { (tree) throws(ProofError) in
                let proof = try MultiProof(of: leaves, size: checkpoint.size, from: tree)
                try proof.verify(leaves, root: checkpoint.root)
                return proof
            }
        } catch {
            guard case .damagedTree(let size) = error, checkpointFile != nil else { throw .proof(error) }
            throw .proof(.otherTree(size: size))
        }
    }

    private static func merged(_ one: [MultiProof.Leaf], _ other: [MultiProof.Leaf]) -> [MultiProof.Leaf] {
        (one + other).sorted { $0.index < $1.index }
    }
}

/// What a pack holds.
public struct EvidenceSummary: Sendable, Equatable {
    public let checkpoint: Checkpoint
    /// The positions that were asked about, as far as the checkpoint covers them.
    public let range: Range<Int64>
    /// So many events of the period are newer than the checkpoint, and not in the pack.
    public let beyondCheckpoint: Int64
    /// Events that answer the question by themselves.
    public let matching: Int
    /// These and the other events of their decisions.
    public let events: Int
    /// Estate events that make the chains and policies of the time.
    public let estateEvents: Int
    public let proofHashes: Int
    /// SHA-256 of `manifest.json`.
    public let manifestDigest: SHA256Digest
}

extension LedgerReader {
    /// Gives every event of a range, its bytes hashed again.
    func scanning(
        _ range: Range<Int64>,
        _ body: (Position, UnsafeRawBufferPointer, SHA256Digest) throws(ExportFault) -> Void
    ) throws(ExportFault) {
        var failure: ExportFault?
        do throws(StoreError) {
            try scan(range) { (position, leaf, leafHash) in
                do throws(ExportFault) {
                    try body(position, leaf, leafHash)
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
        } catch {
            throw .proof(.audit(.store(error)))
        }
        if let failure { throw failure }
    }
}
