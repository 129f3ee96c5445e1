public import AuthorizationCore
internal import CanonicalJSON
internal import EventLog
public import HTTPMessages
internal import LedgerCrypto
internal import Threads

/// The token endpoint of every environment: `POST /{env}/oauth/access-token`.
public final class TokenDoor: Sendable {
    /// An app holds at most this share of the places.
    private static let appShare = 4

    private let context: ServiceContext
    /// The receipt of an event, for clients that prefer to have it at once.
    private let receipt: @Sendable (Position) async throws -> (leaf: [UInt8], proof: String)
    private let places = Locked(Places())

    private struct Places {
        var taken = 0
        var perApp: [AppID: Int] = [:]
    }

    public init(
        _ context: ServiceContext,
        receipt: @escaping @Sendable (Position) async throws -> (leaf: [UInt8], proof: String)
    ) {
        self.context = context
        self.receipt = receipt
    }

    public func answer(_ request: HTTPRequest, environment name: EnvironmentName) async -> HTTPResponse {
        let estate = context.store.state.estate
        guard estate.environments[name] != nil else { return Self.notFound }
        let now = Timestamp(microseconds: request.receivedAt)
        var presented = PresentedRequest(request)
        if request.method != "POST" { presented.fault = .methodNotAllowed }
        let client = authenticateClient(request.fields, in: estate, at: now)
        guard take(client.app) else {
            return TokenAnswer.refused(PublicError(503, "temporarily_unavailable"), retryAfterSeconds: 1)
        }
        defer { give(client.app) }
        guard context.configuration.hasSpaceForDecisions else {
            return TokenAnswer.refused(PublicError(503, "temporarily_unavailable"), retryAfterSeconds: 60)
        }
        // A token's lifetime hangs on a clock that may be hours off: none until it is right or its operator has looked.
        guard context.serviceClock.judgement == .right else {
            return TokenAnswer.refused(PublicError(503, "temporarily_unavailable"), retryAfterSeconds: 60)
        }
        presented.check(client)

        var facts = TokenRequest()
        facts.environment = name
        facts.receivedAt = now
        facts.client = client
        facts.asked = presented.asked
        facts.fault = presented.fault
        facts.grant = presented.recordedGrant
        guard let id: DecisionID = try? context.identifier(at: now) else {
            return TokenAnswer.refused(PublicError(503, "temporarily_unavailable"), retryAfterSeconds: 1)
        }
        let result = await decide(facts, id: id, presented: presented, source: request.source)
        return await answer(result, to: request, in: name)
    }

    private func decide(
        _ facts: TokenRequest, id: DecisionID, presented: PresentedRequest, source: PeerAddress
    ) async -> GrantResult {
        switch Grant(rawValue: facts.grant) {
        case .refreshToken, .clientCredentials:
            var decision = DirectGrantDecision(
                context: context, id: id, presented: presented, source: source, request: facts)
            return await decision.run()
        case .password, .tokenExchange, nil:
            var decision = PasswordGrantDecision(
                context: context, id: id, presented: presented, source: source, request: facts)
            return await decision.run()
        }
    }

    private func answer(
        _ result: GrantResult, to request: HTTPRequest, in environment: EnvironmentName
    ) async -> HTTPResponse {
        switch result {
        case .issued(let issued):
            var evidence: (leaf: [UInt8], proof: String)?
            if request.fields.listMembers(of: "Prefer").contains("receipt") {
                evidence = try? await receipt(issued.position)
            }
            return TokenAnswer.issued(issued, receipt: evidence)
        case .refused(_, let error, let retryAfterSeconds):
            if error.error == "invalid_grant" { await holdToQuantum(request, in: environment) }
            return TokenAnswer.refused(error, retryAfterSeconds: retryAfterSeconds)
        case .suppressed(let error):
            return TokenAnswer.refused(error, retryAfterSeconds: nil)
        case .unrecorded:
            return TokenAnswer.unavailable
        }
    }

    /// Refusals of user credentials leave at the next multiple of the environment's quantum after arrival, so that
    /// their time does not tell them apart. Off unless it is set.
    private func holdToQuantum(_ request: HTTPRequest, in environment: EnvironmentName) async {
        let settings = context.store.state.estate.environments[environment]?.settings
        guard let quantum = settings?.refusalQuantumMilliseconds, quantum > 0 else { return }
        let spent = context.clock().microseconds - request.receivedAt
        let step = quantum * 1_000
        let rest = step - max(0, spent) % step
        await context.pause(.microseconds(rest))
    }

    /// The environment whose token endpoint has this path, if it has the form of one.
    static func environment(of segments: [String]) -> EnvironmentName? {
        environment(of: segments, endpoint: "access-token")
    }

    /// The environment of a path `/{env}/oauth/{endpoint}`, if it has that form.
    static func environment(of segments: [String], endpoint: String) -> EnvironmentName? {
        guard segments.count == 3, segments[1] == "oauth", segments[2] == endpoint else { return nil }
        return EnvironmentName(text: segments[0])
    }

    private func take(_ app: AppID?) -> Bool {
        let most = context.configuration.maximumTokenRequests
        return places.withLock { places in
            guard places.taken < most else { return false }
            if let app {
                guard places.perApp[app, default: 0] < max(1, most / Self.appShare) else { return false }
                places.perApp[app, default: 0] += 1
            }
            places.taken += 1
            return true
        }
    }

    private func give(_ app: AppID?) {
        places.withLock { places in
            places.taken -= 1
            guard let app, let taken = places.perApp[app] else { return }
            places.perApp[app] = taken > 1 ? taken - 1 : nil
        }
    }

    /// The answer for an environment that does not exist, or in which API OAuth is not deployed.
    static let notFound = TokenAnswer.refused(PublicError(404, "not_found"), retryAfterSeconds: nil)
}

extension PresentedRequest {
    /// RFC 6749, section 2.3: a `client_id` in the body must be the one that authenticated.
    mutating func check(_ client: ClientAuthentication) {
        guard fault == nil, let named = bodyClientID else { return }
        if named != client.app?.text { fault = .clientMismatch }
    }

    private var bodyClientID: String? {
        switch body {
        case .none: nil
        case .form(_, let form): form.first("client_id")
        case .json(_, let object): object["client_id"]?.stringValue
        }
    }
}
