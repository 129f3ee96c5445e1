internal import AuthorizationCore
internal import EventLog
public import HTTPMessages

/// The door of the platform team: `/manager/…`.
///
/// Every write goes the same way: who is it, what is asked, is it allowed on the estate as it stands, record, answer.
/// What was refused is recorded too, by names and reasons, never by what was typed.
public struct ManagementDoor: Sendable {
    let context: ServiceContext

    public init(context: ServiceContext) {
        self.context = context
    }

    /// Answers a request whose path begins with `/manager/`.
    public func answer(_ request: HTTPRequest) async -> HTTPResponse {
        guard let route = ManagementRoute(request.pathSegments) else { return Problem.notFound.response() }
        guard route.methods.contains(request.method) else {
            return Problem.methodNotAllowed(route.methods.joined(separator: ", "))
        }
        let estate = context.store.state.estate
        switch authenticate(request, for: route, in: estate) {
        case .failure(let error): return await refuse(error, route, request)
        case .success(let found):
            if request.method == "GET" { return await ManagementRead(context: context).answer(route, request) }
            return await ManagementWrite(door: self, route: route, request: request, by: found.id).answer()
        }
    }

    /// The operator that the request comes from, if the route is open to him in the estate.
    func authenticate(
        _ request: HTTPRequest, for route: ManagementRoute, in estate: Estate
    ) -> Result<Operator, OperatorAuthenticationError> {
        let role = route.role(for: request.method)
        guard request.method == "GET", route.isOpenToReaders else {
            return context.operator(of: request, having: role, .administrator, in: estate)
        }
        return context.operator(of: request, having: role, .administrator, .deployer, .auditor, in: estate)
    }

    /// Records that somebody was not let in, then says so.
    private func refuse(
        _ error: OperatorAuthenticationError, _ route: ManagementRoute, _ request: HTTPRequest
    ) async -> HTTPResponse {
        let name = route.commandName(for: request.method) ?? "manager.read"
        let isRecorded: Bool
        switch error.refusal {
        case .unauthenticated:
            isRecorded = await recordStranger(command: name, request)
        case .expired(let id):
            isRecorded = await record(
                refusal: "operator_key_expired", status: 401, of: name, by: .operator(id), target: route.target)
        case .lacksRole(let id, _):
            isRecorded = await record(
                refusal: "role_missing", status: 403, of: name, by: .operator(id), target: route.target)
        }
        return isRecorded ? error.answer : Problem.unavailable.response()
    }
}
