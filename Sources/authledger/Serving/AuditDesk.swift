import AuditAPI
import AuthorizationCore
import AuthorizationService
import HTTPMessages

/// The service, as the audit API knows it.
struct AuditDesk: ReadingDesk {
    let service: LedgerService

    func auditor(of request: HTTPRequest) -> Result<Auditor, RefusedReading> {
        switch service.reader(of: request) {
        case .auditor(let id, let consulted): .success(Auditor(id: id, consulted: consulted))
        case .refused(let answer): .failure(RefusedReading(answer: answer))
        }
    }

    func record(_ reading: AuditRead, terms: String, by auditor: Auditor) async -> HTTPResponse? {
        await service.record(reading, terms: terms, by: auditor.id, consulted: auditor.consulted)
    }

    func problem(
        status: Int, title: String, reason: String, fields: [String], headers: HTTPFields
    ) -> HTTPResponse {
        LedgerService.problem(status: status, title: title, reason: reason, fields: fields, headers: headers)
    }
}
