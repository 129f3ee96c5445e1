internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto

/// One pass over all events below a size: hashes, tree, tiles, forms, decisions and sealed records.
///
/// The calling thread reads, hashes and grows the tree; other threads look into the events.
final class LogPass {
    private let reader: any AuditReader
    private let size: Int64
    private let pipeline: BatchPipeline
    private var tree = TreeRebuild()
    private var batch: EventBatch
    private var lastRecordedAt = Timestamp()
    /// Sizes whose roots are wanted, ascending, those reached already left out.
    private var wantedSizes: ArraySlice<Int64>

    private(set) var findings = Findings()
    private(set) var roots: [Int64: SHA256Digest] = [:]
    private(set) var eventsRead: Int64 = 0
    private(set) var decisions = DecisionBook()
    private(set) var seals = SealedBook()
    private(set) var sealedWhole = 0
    private(set) var estateEvents: [Event] = []
    /// The first and the last event that could not be read, so that others must not be blamed for what it would say.
    private(set) var unread: ClosedRange<Int64>?
    var firstEventIsUnread: Bool { unread?.lowerBound == 0 && size > 0 }
    /// Leaves are lacking, so that no tree can be had from some place on.
    private(set) var treeIsLost = false
    private(set) var wasStopped = false
    private(set) var edge: [UInt8] = []

    init(_ reader: any AuditReader, size: Int64, rootsAt sizes: [Int64], everyField: Bool) {
        self.reader = reader
        self.size = size
        pipeline = BatchPipeline(everyField: everyField)
        batch = EventBatch(number: 0, first: 0)
        wantedSizes = Array(Set(sizes).sorted().drop { $0 < 0 })[...]
    }

    func run(_ progress: (Int64) -> Void) {
        defer { pipeline.close() }
        noteRoot()
        var next: Int64 = 0
        while next < size, !findings.areTooMany, !wasStopped {
            do throws(StoreError) {
                try reader.scan(next..<size) { (position, body, leafHash) throws(StoreError) in
                    try take(body, leafHash)
                    next = position.value + 1
                    if next % 4_096 == 0 { progress(next) }
                    return !findings.areTooMany
                }
                // A reader that ends early without a reason must not keep us here.
                if next < size, !findings.areTooMany { stop(at: next, "nothing more was read") }
            } catch {
                next = passOver(error, at: next)
            }
        }
        wasStopped = wasStopped || findings.areTooMany
        handOver()
        for result in pipeline.drain() { fold(result) }
        edge = tree.serializedEdge
    }

    // MARK: Reading

    private func take(_ body: UnsafeRawBufferPointer, _ leafHash: SHA256Digest) throws(StoreError) {
        batch.append(body)
        eventsRead += 1
        try grow(leafHash)
        guard batch.isFull else { return }
        try addSealedRecords()
        handOver()
        for result in pipeline.ready() { fold(result) }
    }

    private func addSealedRecords() throws(StoreError) {
        try reader.scanSealed(batch.range) { (row, bytes) throws(StoreError) in
            batch.sealed.append(.init(row: row, bytes: [UInt8](bytes)))
            return true
        }
    }

    /// Passes the batch on. The next one begins where it ended, or further on after a gap.
    private func handOver(gapTo first: Int64? = nil) {
        let end = batch.range.upperBound
        var number = batch.number
        if !batch.isEmpty {
            if batch.sealed.isEmpty {
                do throws(StoreError) {
                    try addSealedRecords()
                } catch {
                    stop(at: batch.first, "the sealed records could not be read")
                }
            }
            pipeline.submit(batch)
            number += 1
        }
        batch = EventBatch(number: number, first: first ?? end)
    }

    /// Notes what a reader stumbled over, and says where to go on.
    private func passOver(_ error: StoreError, at next: Int64) -> Int64 {
        switch error {
        case .damaged(let position, let fact) where position.value >= next:
            findings.add(.damage, at: position, "The event was changed: \(fact).")
            noteUnread(position.value)
            handOver(gapTo: position.value + 1)
            growFromStoredHash(at: position.value)
            return position.value + 1
        case .missing(let position) where position.value >= next:
            findings.add(.damage, at: position, "The event is missing.")
            noteUnread(position.value)
            handOver(gapTo: position.value + 1)
            treeIsLost = true
            return position.value + 1
        case .unreadable(let reason): stop(at: next, reason)
        case .damaged, .missing, .closed: stop(at: next, "the reader lost its place")
        }
        return next
    }

    /// Notes an event that says something that nobody heard.
    func noteUnread(_ position: Int64) {
        unread = min(unread?.lowerBound ?? position, position)...max(unread?.upperBound ?? position, position)
    }

    private func stop(at position: Int64, _ reason: String) {
        noteUnread(position)
        noteUnread(size)
        wasStopped = true
        treeIsLost = true
        findings.add(.damage, at: Position(position), "From here on nothing could be read: \(reason).")
    }

    // MARK: The tree

    /// The tree goes on with the hash that stands beside a changed event, so that what else is wrong shows too.
    private func growFromStoredHash(at position: Int64) {
        do throws(StoreError) {
            let stored = try reader.leafHashes(position..<position + 1)
            guard let leafHash = stored.first, stored.count == 1 else {
                treeIsLost = true
                return
            }
            try grow(leafHash)
        } catch {
            treeIsLost = true
        }
    }

    private func grow(_ leafHash: SHA256Digest) throws(StoreError) {
        guard !treeIsLost else { return }
        try tree.append(leafHash) { (tile) throws(StoreError) in try compare(tile) }
        noteRoot()
    }

    private func noteRoot() {
        while let wanted = wantedSizes.first, wanted <= tree.size {
            if wanted == tree.size { roots[wanted] = tree.root() }
            wantedSizes.removeFirst()
        }
    }

    private func compare(_ tile: TreeRebuild.FullTile) throws(StoreError) {
        let name = "Tile \(tile.index) of level \(tile.level)"
        let span = Int64(1) << Int64(8 * tile.level)
        let first = tile.index * span * Int64(TreeRebuild.tileWidth)
        guard let stored = try reader.tile(level: tile.level, index: tile.index) else {
            return findings.add(.damage, at: Position(first), "\(name) is missing or has no 256 hashes.")
        }
        guard stored != tile.hashes else { return }
        let slot = zip(stored, tile.hashes).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
        let position = Position(first + Int64(slot) * span)
        let place = tile.level == 0 ? "this event" : "the \(span) events from here on"
        findings.add(.damage, at: position, "\(name) holds another hash for \(place) than their bytes have.")
    }

    // MARK: What the other threads found

    private func fold(_ result: BatchResult) {
        findings.add(result.findings)
        if let first = result.firstRecordedAt, first < lastRecordedAt {
            findings.add(.damage, "Times run backwards before \(first.text), from \(lastRecordedAt.text).")
        }
        lastRecordedAt = result.lastRecordedAt ?? lastRecordedAt
        for position in result.unread { noteUnread(position) }
        for step in result.steps { decisions.take(step, unread: unread, &findings) }
        for event in result.decoded {
            seals.take(event)
            if event.data.isEstate { estateEvents.append(event) }
        }
        for seal in result.sealedMissing { seals.take(seal) }
        sealedWhole += result.sealedWhole
    }

    /// Takes in what was recorded after the pass began, as far as it explains sealed records that are gone.
    func explainMissingSeals() throws(StoreError) {
        guard !seals.isExplained else { return }
        try reader.refresh()
        let newest = try reader.head().size
        guard newest > size else { return }
        try reader.scan(size..<newest) { (_, body, _) in
            if let type = try? RecordedForm.type(of: body), type == .vaultDestroyed || type == .personErased,
                let event = try? RecordedForm.decode(body)
            {
                seals.take(event)
            }
            return true
        }
    }

    /// What can only be said at the end.
    func finish(inUseAt now: Timestamp?) -> LogPassEnd {
        var findings = findings
        let open = decisions.finish(inUseAt: now, unread: unread, &findings)
        let sealed = seals.finish(hasUnread: unread != nil, &findings)
        return LogPassEnd(
            findings: findings, underWay: open.underWay, unknown: open.unknown, erased: sealed.erased,
            gone: sealed.gone)
    }
}

/// All findings of a pass, and its last counts.
struct LogPassEnd {
    var findings: Findings
    let underWay: Int
    /// Decisions whose outcome may stand in an event that could not be read.
    let unknown: Int
    let erased: Int
    let gone: Int
}
