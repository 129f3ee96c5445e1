import AuthorizationCore

/// A refresh token about to be decided: app 1 has a family that began with scopes `orders.read orders.write` on API 1,
/// on the word of Identity 1.
struct RefreshGrantScene: Sendable {
    /// When the family began.
    static let start = Timestamp(microseconds: 1_790_000_000_000_000)
    static let family = FamilyID.number(30)

    var history = EstateHistory()
    var request = TokenRequest()
    var facts = DecisionFacts(
        engine: 1, decision: .number(8), decidedAt: start.advanced(bySeconds: 600), freshAccount: AccountID())
    var family: RefreshFamily?

    init() {
        history.create(.prod)
        history.create(.sandbox)
        history.addTokenKey("token-1", in: .prod)
        for number in 1...2 {
            history.register(APIID.number(number), grants: [.password, .refreshToken, .clientCredentials]) {
                $0.scopes = number == 1 ? ["orders.read", "orders.write"] : ["stock.read"]
            }
            history.deploy(APIID.number(number), in: .prod)
        }
        history.register(IdentityID.number(1), for: [.number(1)])
        history.deploy(IdentityID.number(1), in: .prod)
        history.register(AppID.number(1), for: [.number(1), .number(2)]) {
            $0.grants = [.password, .refreshToken, .clientCredentials]
        }
        request.environment = .prod
        request.grant = Grant.refreshToken.rawValue
        request.client.app = .number(1)
        request.client.credential = .number(1)
        request.client.method = .clientSecretBasic
        begin()
        present(0)
    }

    /// Begins the family with a token for these audiences.
    mutating func begin(apis: [Int] = [1], scope: String? = "orders.read orders.write") {
        var issued = TokenIssued()
        issued.account = .number(77)
        issued.winner = .number(1)
        issued.family = Self.family
        issued.claims.issuer = "https://auth.example/prod"
        issued.claims.subject = AccountID.number(77).text
        issued.claims.clientID = .number(1)
        issued.claims.audience = apis.map { PasswordGrantScene.resource($0) }
        issued.claims.scope = scope
        issued.claims.acr = "aal1"
        issued.claims.amr = ["pwd"]
        issued.claims.authTime = Self.start.seconds - 5
        issued.claims.extraInfo = .sealed(commitment: .example)
        issued.claims.issuedAt = Self.start.seconds
        issued.because = ["acr", "amr", "auth_time", "extraInfo", "iat", "scope", "sub", "subject_type"].map {
            Justification(claim: $0, event: .position(Position(500)))
        }
        issued.decidedAt = Self.start
        issued.refresh = Self.refresh(0, at: Self.start)
        family = RefreshFamily(appended(.tokens(.issued(issued))))
    }

    static func refresh(_ generation: Int64, at time: Timestamp) -> RefreshIssued {
        var refresh = RefreshIssued()
        refresh.family = family
        refresh.generation = generation
        refresh.endsAt = start.advanced(bySeconds: RefreshTerms.defaultAbsoluteSeconds)
        refresh.expiresAt = time.advanced(bySeconds: RefreshTerms.defaultIdleSeconds)
        return refresh
    }

    mutating func present(_ generation: Int64, age seconds: Int64? = nil) {
        var presented = PresentedRefreshToken()
        presented.family = Self.family
        presented.generation = generation
        presented.secret = .match
        presented.predecessorAgeMicroseconds = seconds.map { $0 * 1_000_000 }
        request.presented = presented
    }

    private mutating func appended(_ data: EventData) -> Event {
        history.append(data)
        return history.events[history.events.count - 1]
    }

    mutating func record(_ data: EventData) {
        let event = appended(data)
        family?.fold(event)
    }

    /// Records what the step says, as the service does.
    mutating func take(_ grant: DirectGrant) {
        guard let rotation = grant.refresh else { return }
        switch rotation.kind {
        case .used: record(.tokens(.refreshUsed(rotation.event)))
        case .repeated: record(.tokens(.refreshRepeated(rotation.event)))
        }
        var issued = TokenIssued()
        issued.claims = grant.claims
        issued.decidedAt = facts.decidedAt
        issued.refresh = Self.refresh(rotation.generation, at: facts.decidedAt)
        record(.tokens(.issued(issued)))
    }

    /// Uses the newest token. Nothing happens when that is refused.
    mutating func rotate() {
        present(family?.newest ?? 0)
        if let grant = step.grant { take(grant) }
    }

    var step: RefreshGrantStep { refreshStep(request, given: facts, in: history.estate, family: family) }

    var ownStep: ClientCredentialsStep {
        var request = request
        request.grant = Grant.clientCredentials.rawValue
        request.presented = nil
        return clientCredentialsStep(request, given: facts, in: history.estate)
    }
}

extension RefreshGrantStep {
    var refusal: Refusal? { if case .refuse(let reason) = self { reason } else { nil } }
    var grant: DirectGrant? { if case .issue(let grant) = self { grant } else { nil } }
    var ending: RefreshEvent? { if case .endFamily(let event) = self { event } else { nil } }
}

extension ClientCredentialsStep {
    var refusal: Refusal? { if case .refuse(let reason) = self { reason } else { nil } }
    var grant: DirectGrant? { if case .issue(let grant) = self { grant } else { nil } }
}
