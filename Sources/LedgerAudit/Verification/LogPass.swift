internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto

/// One pass over all events below a size: hashes, tree, tiles, forms, decisions and sealed records.
///
/// It stays on the calling thread: what it does with an event takes less time than to read and hash it, and than it
/// would take to copy the event for another thread.
struct LogPass: ~Copyable {
    /// So many events are read before their sealed records are.
    static let eventsPerRange: Int64 = 1_024

    private let reader: any AuditReader
    private let size: Int64
    private var check = EventCheck()
    private var tree = TreeRebuild()
    private var record = PassRecord()
    /// The first event whose sealed records were not compared yet.
    private var firstOfRange: Int64 = 0
    /// Sizes whose roots are wanted, ascending, those reached already left out.
    private var wantedSizes: ArraySlice<Int64>

    private(set) var roots: [Int64: SHA256Digest] = [:]
    private(set) var eventsRead: Int64 = 0
    /// Leaves are lacking, so that no tree can be had from some place on.
    private(set) var treeIsLost = false
    private(set) var wasStopped = false
    private(set) var edge: [UInt8] = []

    var unread: ClosedRange<Int64>? { record.unread }
    var firstEventIsUnread: Bool { unread?.lowerBound == 0 && size > 0 }
    var estateEvents: [Event] { record.estateEvents }
    var outcomes: OutcomeSum { record.decisions.outcomes }
    var sealedWhole: Int { record.sealed.whole }

    init(_ reader: any AuditReader, size: Int64, rootsAt sizes: [Int64]) {
        self.reader = reader
        self.size = size
        wantedSizes = Array(Set(sizes).sorted().drop { $0 < 0 })[...]
    }

    mutating func run(_ progress: (Int64) -> Void) {
        noteRoot()
        var next: Int64 = 0
        while next < size, !record.findings.areTooMany, !wasStopped {
            do throws(StoreError) {
                try reader.scan(next..<size) { (position, body, leafHash) throws(StoreError) in
                    try take(body, leafHash, at: position.value)
                    next = position.value + 1
                    if next % 4_096 == 0 { progress(next) }
                    return !record.findings.areTooMany
                }
                // A reader that ends early without a reason must not keep us here.
                if next < size, !record.findings.areTooMany { stop(at: next, "nothing more was read") }
            } catch {
                next = passOver(error, at: next)
            }
        }
        wasStopped = wasStopped || record.findings.areTooMany
        endRange(at: next, nextFrom: next)
        edge = tree.serializedEdge
    }

    // MARK: Reading

    private mutating func take(
        _ body: UnsafeRawBufferPointer, _ leafHash: SHA256Digest, at place: Int64
    ) throws(StoreError) {
        eventsRead += 1
        try grow(leafHash)
        check.take(body, at: place, &record)
        guard place + 1 - firstOfRange >= Self.eventsPerRange else { return }
        try record.compareSealed(firstOfRange..<place + 1, in: reader)
        firstOfRange = place + 1
    }

    /// Compares the sealed records of the events that were read. The next range begins where it ended, or further on
    /// after a gap.
    private mutating func endRange(at end: Int64, nextFrom first: Int64) {
        if firstOfRange < end {
            do throws(StoreError) {
                try record.compareSealed(firstOfRange..<end, in: reader)
            } catch {
                stop(at: firstOfRange, "the sealed records could not be read")
            }
        }
        firstOfRange = first
    }

    /// Notes what a reader stumbled over, and says where to go on.
    private mutating func passOver(_ error: StoreError, at next: Int64) -> Int64 {
        switch error {
        case .damaged(let position, let fact) where position.value >= next:
            record.findings.add(.damage, at: position, "The event was changed: \(fact).")
            noteUnread(position.value)
            endRange(at: next, nextFrom: position.value + 1)
            growFromStoredHash(at: position.value)
            return position.value + 1
        case .missing(let position) where position.value >= next:
            record.findings.add(.damage, at: position, "The event is missing.")
            noteUnread(position.value)
            endRange(at: next, nextFrom: position.value + 1)
            treeIsLost = true
            return position.value + 1
        case .unreadable(let reason): stop(at: next, reason)
        case .damaged, .missing, .closed: stop(at: next, "the reader lost its place")
        }
        return next
    }

    /// Notes an event that says something that nobody heard.
    mutating func noteUnread(_ position: Int64) { record.noteUnread(position) }

    private mutating func stop(at position: Int64, _ reason: String) {
        noteUnread(position)
        noteUnread(size)
        wasStopped = true
        treeIsLost = true
        record.findings.add(.damage, at: Position(position), "From here on nothing could be read: \(reason).")
    }

    // MARK: The tree

    /// The tree goes on with the hash that stands beside a changed event, so that what else is wrong shows too.
    private mutating func growFromStoredHash(at position: Int64) {
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

    private mutating func grow(_ leafHash: SHA256Digest) throws(StoreError) {
        guard !treeIsLost else { return }
        for tile in tree.append(leafHash) { try compare(tile) }
        noteRoot()
    }

    private mutating func noteRoot() {
        while let wanted = wantedSizes.first, wanted <= tree.size {
            if wanted == tree.size { roots[wanted] = tree.root() }
            wantedSizes.removeFirst()
        }
    }

    private mutating func compare(_ tile: TreeRebuild.FullTile) throws(StoreError) {
        let name = "Tile \(tile.index) of level \(tile.level)"
        let span = Int64(1) << Int64(8 * tile.level)
        let first = tile.index * span * Int64(TreeRebuild.tileWidth)
        guard let stored = try reader.tile(level: tile.level, index: tile.index) else {
            return record.findings.add(.damage, at: Position(first), "\(name) is missing or has no 256 hashes.")
        }
        guard stored != tile.hashes else { return }
        let slot = zip(stored, tile.hashes).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
        let position = Position(first + Int64(slot) * span)
        let place = tile.level == 0 ? "this event" : "the \(span) events from here on"
        record.findings.add(.damage, at: position, "\(name) holds another hash for \(place) than their bytes have.")
    }

    // MARK: The end

    /// Takes in what was recorded after the pass began, as far as it explains sealed records that are gone.
    mutating func explainMissingSeals() throws(StoreError) {
        guard !record.vaults.isExplained else { return }
        try reader.refresh()
        let newest = try reader.head().size
        guard newest > size else { return }
        try reader.scan(size..<newest) { (_, body, _) in
            if let type = try? RecordedForm.type(of: body), type == .vaultDestroyed || type == .personErased,
                let event = try? RecordedForm.decode(body)
            {
                record.takeVaults(of: event)
            }
            return true
        }
    }

    /// What can only be said at the end.
    func finish(inUseAt now: Timestamp?) -> LogPassEnd {
        var findings = record.findings
        let open = record.decisions.finish(inUseAt: now, unread: unread, &findings)
        let sealed = record.vaults.finish(hasUnread: unread != nil, &findings)
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
