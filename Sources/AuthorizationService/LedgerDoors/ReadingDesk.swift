public import AuthorizationCore
internal import EventLog
public import HTTPMessages

/// What doors that are mounted beside the service's own share with them: who may read the record, that he did, and the
/// form of an error.
extension LedgerService {
    /// Who asks to read the record.
    public enum Reader: Sendable {
        /// An operator with the role `auditor`, as of what was consulted.
        case auditor(OperatorID, consulted: Position)
        case refused(HTTPResponse)
    }

    public func reader(of request: HTTPRequest) -> Reader {
        let state = context.store.state
        switch context.operator(of: request, having: .auditor, in: state.estate) {
        case .success(let found): return .auditor(found.id, consulted: state.consulted)
        case .failure(let error): return .refused(error.answer)
        }
    }

    /// Records that an operator reads, before anything is shown; `terms` are sealed. Returns what to answer instead when it
    /// could not be recorded, or when the operator was changed since `consulted`.
    public func record(
        _ reading: AuditRead, terms: String?, by reader: OperatorID, consulted: Position
    ) async -> HTTPResponse? {
        await context.recordReading(reading, terms: terms, by: reader, consulted: consulted)
    }

    /// An error as RFC 9457 problem details.
    public static func problem(
        status: Int, title: String, reason: String, fields: [String] = [], headers: HTTPFields = [:]
    ) -> HTTPResponse {
        Problem(status: status, title: title, reason: reason, fields: fields).response(fields: headers)
    }
}
