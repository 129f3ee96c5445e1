public import AuthorizationCore
public import EventLog
internal import LedgerCrypto

/// Checks a ledger against itself and, where a key is given, against that.
///
/// Every event's bytes are hashed again and the tree is built from nothing else. Compared with it: tiles, head,
/// right edge, every kept checkpoint, sealed records, and the indexes and snapshots that the store keeps for speed.
public struct Verification {
    /// The ledger's checkpoint key from a source of one's own. Without it the key is taken from the ledger's first
    /// event, and whoever rewrote the whole file could have rewritten that.
    public var verifierKey: VerifierKey?

    /// The clock's reading just before the ledger was opened, if a service had it open; nil if none had. Decisions
    /// that were begun within 30 s before it may then still be under way.
    public var inUseAt: Timestamp?

    public init() {}

    /// Verifies what the reader shows after a refresh. `progress` is told events done and events in all.
    ///
    /// Whatever is wrong with the record is a finding. Throws only ``AuditError/store(_:)``, when the store cannot be
    /// read at all.
    public func run(
        _ reader: any AuditReader, _ progress: (Int64, Int64) -> Void = { _, _ in }
    ) throws(AuditError) -> VerificationReport {
        do throws(StoreError) {
            return try verify(reader, progress)
        } catch {
            throw .store(error)
        }
    }

    private func verify(
        _ reader: any AuditReader, _ progress: (Int64, Int64) -> Void
    ) throws(StoreError) -> VerificationReport {
        var others = Findings()
        // Checkpoints and snapshots before the head: what is kept later may be of a larger ledger.
        let checkpoints =
            others.reading("The kept checkpoints") { () throws(StoreError) in try reader.checkpoints() } ?? []
        let snapshots = others.reading("The snapshots") { () throws(StoreError) in try reader.snapshots() } ?? []
        let (head, edge) = try newestHead(reader)

        let sizes = checkpoints.map(\.size) + snapshots.map(\.size) + [head.size]
        var pass = LogPass(reader, size: head.size, rootsAt: sizes)
        pass.run { progress($0, head.size) }

        compareHead(head, edge, &pass, reader, &others)
        let keys = CheckpointKeys(pass.estateEvents, &others)
        var signatures = CheckpointCheck(
            keys, given: verifierKey, roots: pass.roots, size: head.size, reader)
        if pass.firstEventIsUnread {
            // Without the first event there is no key, and no checkpoint is to blame.
        } else if keys.eras.first?.firstSize != 0, head.size > 0 {
            others.add(.damage, at: 0, "The first event does not create the ledger.")
        } else {
            signatures.run(checkpoints, &others)
        }
        others.reading("What was recorded meanwhile") { () throws(StoreError) in try pass.explainMissingSeals() }
        if pass.unread == nil {
            let caches = CacheCheck(reader: reader, size: head.size, roots: pass.roots)
            caches.compareEstate(pass.estateEvents, &others)
            caches.compareOutcomes(pass.outcomes, &others)
            caches.compareSnapshots(snapshots, &others)
        }
        var end = pass.finish(inUseAt: inUseAt)
        end.findings.add(others)

        var report = VerificationReport(root: head.root)
        report.findings = end.findings.sorted
        report.isCutShort = pass.wasStopped || end.findings.areTooMany
        report.origin = keys.eras.last?.origin ?? ""
        report.size = head.size
        report.eventsRead = pass.eventsRead
        report.estateEvents = pass.estateEvents.count
        report.decisions = pass.outcomes.count
        report.decisionsUnderWay = end.underWay
        report.checkpoints = checkpoints.count
        report.signedSize = signatures.signedSize
        report.sealedWhole = pass.sealedWhole
        report.sealedErased = end.erased
        report.sealedGone = end.gone
        report.keyIsIndependent = verifierKey != nil
        report.verifierKey = verifierKey?.text ?? keys.eras.last?.entries.first?.key.text ?? ""
        report.notChecked = notChecked(report, pass, end, hasEdge: edge != nil)
        return report
    }

    /// The head and the right edge that stands beside it; nil where a writer was always faster than two reads.
    private func newestHead(_ reader: any AuditReader) throws(StoreError) -> (Head, [UInt8]?) {
        for _ in 0..<Self.maximumHeadReads {
            try reader.refresh()
            let head = try reader.head()
            let stored = try reader.storedEdge()
            if stored.size == head.size { return (head, stored.edge) }
        }
        return (try reader.head(), nil)
    }

    private static let maximumHeadReads = 20

    private func compareHead(
        _ head: Head, _ edge: [UInt8]?, _ pass: inout LogPass, _ reader: any AuditReader, _ findings: inout Findings
    ) {
        let outside =
            findings.reading("The rows of events") { () throws(StoreError) in try reader.eventsOutsideHead() } ?? 0
        if outside > 0 {
            findings.add(
                .damage, at: Position(head.size),
                "\(outside) events stand outside of the \(head.size) that the head counts.")
        }
        if outside > 0 { pass.noteUnread(head.size) }
        guard !pass.treeIsLost, !pass.wasStopped else { return }
        if pass.roots[head.size] != head.root {
            findings.add(.damage, "The \(head.size) events do not have the root that the head says.")
        }
        if let edge, pass.edge != edge {
            findings.add(.damage, "The right edge of the tree is not the one that the head says.")
        }
    }

    private func notChecked(_ report: VerificationReport, _ pass: borrowing LogPass, _ end: LogPassEnd, hasEdge: Bool)
        -> [String]
    {
        var sentences: [String] = []
        if verifierKey == nil {
            sentences.append(
                "The key: it was taken from the ledger's first event, which is not independent; give --vkey.")
        }
        sentences.append("The anchor: whether the whole file is an older one.")
        sentences.append("What the sealed values say: without keys a record is only whole or gone.")
        if let signed = report.signedSize, signed < report.size {
            sentences.append(
                "The signature over the newest \(report.size - signed) events: no checkpoint covers them yet.")
        } else if report.signedSize == nil {
            sentences.append("Any signature: no checkpoint was kept yet.")
        }
        if !hasEdge { sentences.append("The right edge: the ledger was written too fast to read it with its head.") }
        if pass.unread != nil { sentences.append("The indexes and snapshots: not all events could be read.") }
        if end.unknown > 0 {
            sentences.append("How \(end.unknown) decisions ended: it may stand in events that could not be read.")
        }
        if pass.firstEventIsUnread {
            sentences.append("The checkpoints: the first event, which names their key, could not be read.")
        }
        if pass.treeIsLost { sentences.append("Tree and checkpoints behind the first missing event.") }
        return sentences
    }
}
