import AuthorizationCore
import Testing

/// What an authentication endpoint's answer means.
@Suite struct PasswordGrantAnswerTests {
    @Test func `each status means one thing`() {
        let rejecting: Set<Int64> = [400, 401, 403, 404, 422]
        for status: Int64 in 100...599 {
            let expected: ValidationAttempted.Outcome =
                (200...299).contains(status)
                ? .accepted : rejecting.contains(status) ? .rejected : status == 423 ? .locked : .indeterminate
            #expect(
                outcome(status: status, contentType: nil, hasSubject: false, of: IdentityRevision()) == expected,
                "\(status)")
        }
        for status: Int64 in [301, 302, 303, 307, 308, 405, 408, 409, 410, 418, 429, 500, 502, 503, 504, 0, -1, 999] {
            #expect(
                outcome(status: status, contentType: nil, hasSubject: true, of: IdentityRevision()) == .indeterminate)
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var sentence: String
        var statuses: [Int64] = []
        var contentType: String?
        var subjectRequired = false
        var subjectFrom = IdentityRevision.SubjectFrom.userName
        var status: Int64 = 200
        var answered: String?
        var hasSubject = false
        var outcome: ValidationAttempted.Outcome

        var testDescription: String { sentence }
    }

    @Test(arguments: [
        Row(sentence: "a listed status", statuses: [200, 204], status: 204, outcome: .accepted),
        Row(sentence: "a status that is not listed", statuses: [200], status: 202, outcome: .indeterminate),
        Row(
            sentence: "a list does not make a rejection an acceptance", statuses: [401], status: 401, outcome: .rejected
        ),
        Row(sentence: "a list does not unlock", statuses: [200], status: 423, outcome: .locked),
        Row(
            sentence: "the wanted content type", contentType: "application/json", answered: "application/json",
            outcome: .accepted),
        Row(
            sentence: "a login page", contentType: "application/json", answered: "text/html", outcome: .indeterminate),
        Row(sentence: "no content type", contentType: "application/json", outcome: .indeterminate),
        Row(sentence: "any content type where none is wanted", answered: "text/html", outcome: .accepted),
        Row(sentence: "the wanted subject", subjectRequired: true, hasSubject: true, outcome: .accepted),
        Row(sentence: "a subject is wanted and missing", subjectRequired: true, outcome: .indeterminate),
        Row(sentence: "the account is named by the answer", subjectFrom: .answer, hasSubject: true, outcome: .accepted),
        Row(sentence: "the answer names nobody", subjectFrom: .answer, outcome: .indeterminate),
        Row(sentence: "a rejection needs no subject", subjectFrom: .answer, status: 401, outcome: .rejected),
        Row(
            sentence: "all at once", statuses: [200], contentType: "application/json", subjectRequired: true,
            subjectFrom: .answer, answered: "application/json", hasSubject: true, outcome: .accepted),
    ])
    func `a registration narrows what accepts`(_ row: Row) {
        var revision = IdentityRevision()
        revision.accept.statuses = row.statuses
        revision.accept.contentType = row.contentType
        revision.accept.subjectRequired = row.subjectRequired
        revision.subjectFrom = row.subjectFrom
        let found = outcome(
            status: row.status, contentType: row.answered, hasSubject: row.hasSubject, of: revision)
        #expect(found == row.outcome)
    }
}
