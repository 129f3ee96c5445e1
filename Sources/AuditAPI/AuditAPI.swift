public import AuthorizationCore
public import EventLog
public import HTTPMessages
internal import Threads

/// What `authaudit` answers, over HTTP, for operators with the role `auditor`.
///
/// Every reading is an `audit.read` event, its search terms sealed, before the answer leaves; when it cannot be recorded
/// nothing is shown. Readings have threads and read-only connections of their own and end after
/// ``AuditLimits/longestRunInSeconds``: tokens never wait for an audit.
public final class AuditAPI: Sendable {
    private let desk: any ReadingDesk
    private let limits: AuditLimits
    private let clock: @Sendable () -> Timestamp
    private let open: @Sendable () throws -> any AuditReader
    private let threads: AuditThreads
    private let isStopping = Locked(false)

    /// - Parameter open: A reader that shows the ledger as of now and writes nothing. It is called on a thread of the
    ///   audit's own, once per question.
    public init(
        _ desk: any ReadingDesk, limits: AuditLimits = AuditLimits(), clock: @escaping @Sendable () -> Timestamp,
        open: @escaping @Sendable () throws -> any AuditReader
    ) {
        self.desk = desk
        self.limits = limits
        self.clock = clock
        self.open = open
        threads = AuditThreads(limits)
    }

    /// Ends what runs, refuses what waits.
    public func stop() {
        isStopping.withLock { $0 = true }
        threads.stop()
    }

    /// Answers what begins with `/audit`.
    public func answer(_ request: HTTPRequest) async -> HTTPResponse {
        guard request.method == "GET" || request.method == "HEAD" else {
            return problem(405, "This path takes other methods", "method_not_allowed", headers: ["Allow": "GET, HEAD"])
        }
        // Before anything is looked up: the answer tells nobody else what is there.
        let auditor: Auditor
        switch desk.auditor(of: request) {
        case .success(let found): auditor = found
        case .failure(let refusal): return refusal.answer
        }
        let question: AuditQuestion
        do throws(AuditQueryError) {
            guard let read = try AuditQuestion(request, limits) else {
                return problem(404, "There is nothing here", "not_found")
            }
            question = read
        } catch {
            return problem(400, error.title, error.reason, fields: error.fields)
        }
        guard let result = await threads.run(isLong: question.isLong, { self.read(question) }) else {
            return problem(503, "Too much is going on; try again shortly", "busy", headers: ["Retry-After": "5"])
        }
        var data = AuditRead()
        data.action = question.action
        let answer: HTTPResponse
        switch result {
        case .success(let reading):
            data.count = reading.count
            data.first = reading.first
            data.last = reading.last
            answer = .json(reading.body, fields: ["Cache-Control": "no-store"])
        case .failure(let refusal):
            answer = problem(refusal.status, refusal.title, refusal.reason)
            guard refusal.tells else { return answer }
        }
        if let refused = await desk.record(data, terms: request.target, by: auditor) { return refused }
        return answer
    }

    private func read(_ question: AuditQuestion) -> Result<AuditReading, AuditRefusal> {
        let now = clock()
        let reader: any AuditReader
        do { reader = try open() } catch { return .failure(.unopened("\(error)")) }
        let isStopping = isStopping
        let bounded = BoundedReader(reader, seconds: limits.longestRunInSeconds) { isStopping.withLock { $0 } }
        do throws(AuditRefusal) {
            return .success(try question.reading(bounded, limits, now: now))
        } catch {
            return .failure(error)
        }
    }

    private func problem(
        _ status: Int, _ title: String, _ reason: String, fields: [String] = [], headers: HTTPFields = [:]
    ) -> HTTPResponse {
        desk.problem(status: status, title: title, reason: reason, fields: fields, headers: headers)
    }
}
