internal import CanonicalJSON
internal import HTTPMessages

/// An error of the doors that are not OAuth's, as RFC 9457 problem details.
struct Problem: Error, Equatable {
    var status: Int
    /// One sentence for a person.
    var title: String
    /// A word for a program, the same for ever.
    var reason: String
    /// What exactly, where the title does not say it. Never what was typed.
    var detail: String?
    /// Names of the members that are wrong.
    var fields: [String] = []

    func response(fields extra: HTTPFields = [:]) -> HTTPResponse {
        var json = JSONWriter()
        json.beginObject()
        if let detail {
            json.name("detail")
            json.string(detail)
        }
        if !fields.isEmpty {
            json.name("fields")
            json.beginArray()
            for field in fields { json.string(field) }
            json.endArray()
        }
        json.name("reason")
        json.string(reason)
        json.name("status")
        json.integer(Int64(status))
        json.name("title")
        json.string(title)
        json.name("type")
        json.string("about:blank")
        json.endObject()
        var headers = extra
        headers.append("Content-Type", "application/problem+json")
        headers.append("Cache-Control", "no-store")
        return HTTPResponse(status: status, fields: headers, body: json.bytes)
    }

    static let notFound = Problem(status: 404, title: "There is nothing here", reason: "not_found")
    static let busy = Problem(status: 503, title: "Too much is going on; try again shortly", reason: "busy")
    static let unavailable = Problem(
        status: 503, title: "The record cannot be written, so nothing is decided", reason: "ledger_unavailable")

    static func methodNotAllowed(_ allowed: String) -> HTTPResponse {
        Problem(status: 405, title: "This path takes other methods", reason: "method_not_allowed")
            .response(fields: ["Allow": allowed])
    }
}
