internal import CanonicalJSON
internal import IdentityClient

/// A request to the management API.
struct ManagementRequest: Equatable, Sendable {
    let method: ServiceClient.Method
    /// Without the leading slash.
    let path: String
    let body: JSONObject?

    init(_ method: ServiceClient.Method, _ path: String, body: JSONObject? = nil) {
        self.method = method
        self.path = path
        self.body = body
    }
}

struct ManagementAnswer: Sendable {
    let status: Int
    /// The position that the answer reflects.
    let position: Int64?
    /// Empty when the answer was no JSON object.
    let object: JSONObject
}

/// The management API of a running service.
protocol ManagementAPI {
    /// Sends a request and waits. `consulted` is the position that a write was planned on: when what it depends on has
    /// changed since, nothing is done and the answer is 409 with the reason `moved`.
    func ask(_ request: ManagementRequest, consulted: Int64?) throws(ApplyFailure) -> ManagementAnswer
}

extension ManagementAPI {
    func ask(_ request: ManagementRequest) throws(ApplyFailure) -> ManagementAnswer {
        try ask(request, consulted: nil)
    }
}

/// The management API over HTTP.
struct ManagementService: ManagementAPI {
    static let positionField = "Ledger-Consulted"

    /// Without a slash at its end.
    let baseURL: String
    let key: String
    let client = ServiceClient()

    func ask(_ request: ManagementRequest, consulted: Int64?) throws(ApplyFailure) -> ManagementAnswer {
        let answer: ServiceAnswer
        do throws(ServiceClientError) {
            answer = try client.send(
                request.method, "\(baseURL)/\(request.path)", key: key,
                body: request.body.map { JSON.canonicalBytes(of: .object($0)) },
                fields: consulted.map { [(Self.positionField, "\($0)")] } ?? [])
        } catch {
            throw .unreachable(error, hasWritten: request.method != .get)
        }
        let value = try? JSON.parse(answer.body, maximumBytes: ServiceClient.maximumAnswerSize)
        return ManagementAnswer(
            status: answer.status, position: answer.field(Self.positionField).flatMap { Int64($0) },
            object: value?.objectValue ?? JSONObject())
    }
}
