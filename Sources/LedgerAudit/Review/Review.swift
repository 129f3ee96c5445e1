public import AuthorizationCore
public import EventLog
internal import LedgerCrypto

/// The zero-trust review of an estate over a period of its ledger.
///
/// One pass over the log up to the end of the period, in tables whose limits ``ReviewLimits`` names. It stands on the bytes of
/// the events; what it says of files, access logs and personal values it was given besides.
public struct Review {
    /// Both places are in the period; nil is the beginning, or the newest event.
    public var from: Place?
    public var to: Place?
    /// By name; empty for all.
    public var environments: [String] = []
    /// Access logs of environments, as far as they can be read.
    public var accessLogs: [AccessLog] = []
    /// Where the ledger's files lie, where the caller knows.
    public var files: Files?
    /// The clock's reading if a service has the ledger open: what it is about to decide has no outcome yet.
    public var inUseAt: Timestamp?

    public init(from: Place? = nil, to: Place? = nil) {
        self.from = from
        self.to = to
    }

    /// The access log of one environment.
    public struct AccessLog {
        public var environment: EnvironmentName
        public var reader: any LedgerReader

        public init(of environment: EnvironmentName, _ reader: any LedgerReader) {
            self.environment = environment
            self.reader = reader
        }
    }

    /// Which of the files that belong apart lie beside the ledger.
    public struct Files: Sendable {
        public var beside: [String]

        public init(beside: [String]) { self.beside = beside }
    }

    /// Runs. `vaults` opens the few personal values that findings are about; `progress` is told events read and events
    /// to read.
    ///
    /// Throws ``AuditError`` at the first event that is damaged, and when a place or environment is not there.
    public func run(
        _ reader: any LedgerReader, vaults: (any VaultReader)? = nil,
        progress: (Int64, Int64) -> Void = { _, _ in }
    ) throws(AuditError) -> ReviewReport {
        let size = try reader.headSize()
        let range = try range(in: reader, size: size)
        let estate = try reader.estate(ofSize: range.upperBound)
        let selected = try selection(in: estate)
        var scope = ReviewReport.Scope()
        scope.origin = estate.ledger.origin
        scope.range = range
        scope.isNarrowed = selected != nil
        scope.environments = (selected ?? Set(estate.environments.keys)).sorted()
        let last = try reader.decodedEvent(at: Position(max(0, range.upperBound - 1))).recordedAt
        scope.from =
            range.isEmpty ? last : try reader.decodedEvent(at: Position(range.lowerBound)).recordedAt
        scope.to = last
        // Where the log goes on behind the period, that moment has been; else nobody knows how late it is.
        if case .time(let time)? = to, range.upperBound < size { scope.to = time }
        var total = range.upperBound
        for log in accessLogs where selected?.contains(log.environment) ?? true { total += try log.reader.headSize() }
        var pass = ReviewPass(scope, selected, estate)
        try pass.run(reader) { progress($0, total) }
        var access = AccessFold()
        var done = range.upperBound
        for log in accessLogs where selected?.contains(log.environment) ?? true {
            try access.read(log, from: scope.from, to: scope.to) { progress(done + $0, total) }
            done += try log.reader.headSize()
        }
        let conclusion = ReviewConclusion(
            review: self, reader: reader, opener: vaults.map { SealedOpening(reader, vaults: $0) }, scope: scope,
            estate: estate)
        return try conclusion.report(&pass, accessLogs.isEmpty ? nil : access)
    }

    private func range(in reader: any LedgerReader, size: Int64) throws(AuditError) -> Range<Int64> {
        for place in [from, to] {
            if case .position(let position)? = place, position.value >= size { throw .beyondHead(position, size: size) }
        }
        guard size > 0 else { throw .beyondHead(Position(0), size: 0) }
        let start = try from.map { (place) throws(AuditError) in try reader.size(before: place) } ?? 0
        let end = try to.map { (place) throws(AuditError) in try reader.size(through: place) } ?? size
        if case .time(let time)? = to, end == 0 { throw .beforeFirst(time) }
        guard start <= end else { throw .outOfOrder }
        return start..<end
    }

    private func selection(in estate: Estate) throws(AuditError) -> Set<EnvironmentName>? {
        guard !environments.isEmpty else { return nil }
        var selected: Set<EnvironmentName> = []
        for text in environments {
            guard let name = EnvironmentName(text: text), estate.environments[name] != nil else {
                throw .noSuchEnvironment(text, known: estate.environments.keys.map(\.text).sorted())
            }
            selected.insert(name)
        }
        return selected
    }
}

extension AccessFold {
    /// Reads the part of an access log that was recorded in a period.
    mutating func read(
        _ log: Review.AccessLog, from: Timestamp, to: Timestamp, progress: (Int64) -> Void
    ) throws(AuditError) {
        let end = try log.reader.size(through: .time(to))
        let range = min(end, try log.reader.size(before: .time(from)))..<end
        var damaged: Position?
        do throws(StoreError) {
            try log.reader.scan(range) { (position, leaf, _) in
                if position.value % 1_024 == 0 { progress(position.value) }
                guard let event = try? RecordedForm.decode(leaf), event.position == position else {
                    damaged = position
                    return false
                }
                switch event.data {
                case .access(.decided(let batch)): take(batch, at: position, in: log.environment)
                case .access(.recordingGap): takeGap(at: position, in: log.environment)
                case .access, .ledger, .operators, .environments, .apis, .identities, .apps, .tokens, .accounts,
                    .audit:
                    break
                }
                return true
            }
        } catch {
            throw .store(error)
        }
        if let damaged { throw .noEvent(damaged) }
    }
}
