internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog
internal import LedgerAudit

/// What a question brings to light, and what the record says of its being read.
struct AuditReading: Sendable {
    /// JSON, as `authaudit --format json` prints it.
    var body: [UInt8]
    /// Events or rows that are shown.
    var count: Int64
    var first: Position?
    var last: Position?
}

extension AuditQuestion {
    /// Answers from a reader that shows the ledger as of now. `now` is the clock's reading before it was opened.
    func reading(
        _ reader: BoundedReader, _ limits: AuditLimits, now: Timestamp
    ) throws(AuditRefusal) -> AuditReading {
        let found: AuditReading?
        do throws(AuditError) {
            found = try self.found(reader, limits, now: now)
        } catch {
            throw reader.isOvertime ? .tooLong : .audit(error)
        }
        // A verification goes on past what it could not read. A history says where it goes on.
        if reader.isOvertime, !reader.endsQuietly { throw .tooLong }
        guard let found else { throw .tooMuch }
        return found
    }

    /// Nil when it is too much for one answer.
    private func found(
        _ reader: BoundedReader, _ limits: AuditLimits, now: Timestamp
    ) throws(AuditError) -> AuditReading? {
        switch self {
        case .history(let filter): return try Self.history(filter, reader, limits)
        case .chain(let api, let environment, let at, let since):
            let question = ChainAt(api: api, environment: environment, at: at)
            if let since {
                let comparison = try ChainChanges(question, since: since).run(reader)
                return Self.reading(
                    comparison.json, count: comparison.after.links.count, at: comparison.after.last.position)
            }
            let report = try question.run(reader)
            return Self.reading(report.json, count: report.links.count, at: report.last.position)
        case .explain(let id):
            let explanation = try Explain(id).run(reader)
            return Self.reading(explanation.json, count: 1, at: explanation.position)
        case .reproduce(let selection, let inFull):
            var reproduction = Reproduction(selection)
            reproduction.inFull = inFull
            let report = try reproduction.run(reader)
            var reading = Self.reading(report.json, count: Int(clamping: report.decisions), at: report.single?.position)
            if report.single == nil { (reading.first, reading.last) = try Self.ends(reader) }
            return reading
        case .impact(let identity, let at):
            let report = try Impact(identity: identity, at: at ?? now).run(reader)
            guard report.live.count <= limits.maximumImpactRows else { return nil }
            var reading = Self.reading(report.json, count: Int(clamping: report.live.count), at: nil)
            (reading.first, reading.last) = try Self.ends(reader)
            return reading
        case .verify(let key):
            var verification = Verification()
            verification.verifierKey = key
            // The service has it open, or nobody would ask.
            verification.inUseAt = now
            let report = try verification.run(reader)
            var reading = Self.reading(report.json, count: Int(clamping: report.eventsRead), at: nil)
            (reading.first, reading.last) = try Self.ends(reader)
            return reading
        }
    }

    private static func reading(_ json: JSONValue, count: Int, at position: Position?) -> AuditReading {
        AuditReading(body: JSON.indented(json), count: Int64(count), first: position, last: position)
    }

    private static func ends(_ reader: BoundedReader) throws(AuditError) -> (Position?, Position?) {
        let size: Int64
        do throws(StoreError) { size = try reader.head().size } catch { throw .store(error) }
        return size > 0 ? (0, Position(size - 1)) : (nil, nil)
    }

    /// `{"items": […], "next": position}`; without `next` the search came to its end.
    private static func history(
        _ filter: HistoryFilter, _ reader: BoundedReader, _ limits: AuditLimits
    ) throws(AuditError) -> AuditReading {
        var reading = AuditReading(body: Array("{\"items\":[".utf8), count: 0)
        let size = Counted()
        reader.isFull = { size.bytes >= limits.maximumHistoryBytes }
        reader.endsQuietly = true
        let end = try History(filter).run(reader) { entry in
            if reading.count > 0 { reading.body.append(UInt8(ascii: ",")) }
            reading.body += entry.jsonLine
            reading.count += 1
            reading.first = reading.first ?? entry.event.position
            reading.last = entry.event.position
            size.bytes = reading.body.count
        }
        reading.body += Array("]".utf8)
        if let next = end.next?.value ?? reader.stoppedAt { reading.body += Array(",\"next\":\(next)".utf8) }
        reading.body += Array("}\n".utf8)
        return reading
    }

    /// How long an answer is so far.
    private final class Counted {
        var bytes = 0
    }
}

/// Why a question has no answer.
enum AuditRefusal: Error {
    case audit(AuditError)
    case tooLong
    case tooMuch
    /// The ledger cannot be opened; the sentence is for the service's own log.
    case unopened(String)

    var status: Int {
        switch self {
        case .audit(let error):
            switch error {
            case .noSuchEnvironment, .noSuchAPI, .noSuchIdentity, .noSuchDecision, .beyondHead, .beforeFirst: 404
            case .ambiguousAPI, .outOfOrder: 400
            case .store(.damaged), .store(.missing), .noEvent: 500
            case .store(.unreadable), .store(.closed): 503
            }
        case .tooLong, .tooMuch, .unopened: 503
        }
    }

    var reason: String {
        switch self {
        case .audit(let error):
            switch status {
            case 404: "not_found"
            case 400: "malformed"
            case 500: error.isDamage ? "record_damaged" : "ledger_unreadable"
            default: "ledger_unreadable"
            }
        case .tooLong: "too_long"
        case .tooMuch: "too_much"
        case .unopened: "ledger_unreadable"
        }
    }

    var title: String {
        switch self {
        // What the store says may name files.
        case .audit(.store(.unreadable)), .audit(.store(.closed)), .unopened: "The record cannot be read"
        case .audit(let error): "\(error)"
        case .tooLong: "This takes too long for the service; ask authaudit, on a copy of the ledger"
        case .tooMuch: "This is too much for one answer; ask authaudit, on a copy of the ledger"
        }
    }

    /// Whether the answer tells something about the record, so that having been told is recorded.
    var tells: Bool { status == 404 || status == 500 || status == 400 }
}
