internal import CanonicalJSON
internal import HTTPMessages

/// The JSON object in the body of a management request.
enum RequestDocument {
    /// In bytes. Access rules are the largest thing that anybody sends.
    static let maximumBytes = 131_072

    /// Reads the body under our own strict grammar. An empty body is an empty object: some requests need none.
    static func read(_ request: HTTPRequest) throws(Problem) -> JSONObject {
        guard !request.body.isEmpty else { return JSONObject() }
        guard request.fields.count(of: "Content-Type") == 1, let field = request.fields.first("Content-Type"),
            let type = try? MediaType(parsing: field), type.essence == "application/json"
        else {
            throw Problem(
                status: 415, title: "The body must be application/json", reason: "media_type_unsupported")
        }
        do throws(JSONParseError) {
            let value = try JSON.parse(request.body, maximumBytes: maximumBytes)
            guard let object = value.objectValue else {
                throw JSONParseError(reason: .unexpectedByte, offset: 0)
            }
            return object
        } catch {
            throw Problem(
                status: error.reason == .tooManyBytes ? 413 : 400, title: "The body is not the JSON it must be",
                reason: "json_invalid", detail: "\(error.reason.rawValue) at byte \(error.offset)")
        }
    }
}
