internal import AuthorizationCore

extension DecisionStory {
    /// The rule by which the outcome was what it was, and what the asker was told.
    func ruling() throws(ReplayFault) -> [Statement] {
        switch outcome.data {
        case .issued(let token): return try ruling(token)
        case .refused(let refusal): return try ruling(refusal)
        }
    }

    private func ruling(_ token: TokenIssued) throws(ReplayFault) -> [Statement] {
        if recorded.asksNobody { return try rulingDirectly(token) }
        let names = EventSummary(estate: try consulted.estate)
        let winner = recorded.attempts.first { $0.data.identity == token.winner && $0.data.outcome == .accepted }
        var statements = [
            Statement(
                "The first Identity that accepts ends the chain: "
                    + "\(token.winner.map { names.name($0) } ?? "none") vouched.",
                try marks([winner?.position, outcome.position].compactMap { $0 }))
        ]
        if token.afterIndeterminate {
            statements.append(
                Statement(
                    "A newer Identity had given no usable answer before; it is registered to be passed over then."))
        }
        if let opened = recorded.opened {
            statements.append(
                Statement(
                    "The Identity's user store had named this subject for the first time, so account "
                        + "\(opened.data.account.text) was opened.", try mark(opened.position)))
        }
        return statements
    }

    /// Nobody was asked: the log alone decided.
    private func rulingDirectly(_ token: TokenIssued) throws(ReplayFault) -> [Statement] {
        guard let (event, kind) = recorded.rotated else {
            return [
                Statement(
                    "The app asked for itself, so nobody was asked: the app is the token's subject.",
                    try mark(outcome.position))
            ]
        }
        let again =
            kind == .repeated
            ? " Its answer had been lost, as far as can be told, so the token made of it was retired." : ""
        var statements = [
            Statement(
                "The holder of refresh token \(event.data.generation) of family \(event.data.family.text) presented it, "
                    + "and it held; nobody was asked.\(again)", try mark(event.position))
        ]
        let cause = token.because.first { $0.claim == "auth_time" }?.event.position
        let names = EventSummary(estate: try consulted.estate)
        statements.append(
            Statement(
                "What the family's first token was granted stays, and nothing is added: "
                    + "\(token.winner.map { names.name($0) } ?? "an Identity") had vouched when the family began.",
                try mark(cause)))
        if let refresh = token.refresh {
            statements.append(
                Statement(
                    "Refresh token \(refresh.generation) follows; it holds until \(refresh.expiresAt.text), and the family "
                        + "ends at \(refresh.endsAt.text) whatever happens.", try mark(outcome.position)))
        }
        return statements
    }

    private func ruling(_ refusal: TokenRefused) throws(ReplayFault) -> [Statement] {
        var statements: [Statement] = []
        if let (event, kind) = recorded.rotated, kind == .reused {
            statements.append(
                Statement(
                    "Refresh token \(event.data.generation) of family \(event.data.family.text) had been used before "
                        + "(\(event.data.cause.text.replacing("_", with: " "))): one of its holders is not the app, so the "
                        + "family ended.", try marks([event.position, recorded.revoked?.position].compactMap { $0 })))
        }
        let wait = refusal.retryAfterSeconds.map { ", and to come again after \($0) s" } ?? ""
        return statements + [
            Statement(try rule(refusal.reason), try mark(outcome.position)),
            Statement("The asker was told \(refusal.status) '\(refusal.error)'\(wait)."),
        ]
    }

    private func rule(_ reason: Refusal) throws(ReplayFault) -> String {
        let environment = recorded.request?.environment.text ?? "the environment"
        switch reason {
        case .oauthNotDeployed: return "API OAuth was not deployed in \(environment), so nobody could be given a token."
        case .unknownApp: return "No app was named whose credential matched; that comes before all else a request says."
        case .appSuspended: return "The app was suspended."
        case .proofInvalid: return "A proof of possession was missing or did not hold, and the target demands one."
        case .malformedRequest: return "The request was malformed."
        case .grantUnknown: return "The grant type is none that this service knows."
        case .grantNotAllowed where recorded.asksNobody:
            return
                "The grant must be switched on by the app and by an API of the app's that is deployed in \(environment)."
        case .grantNotAllowed:
            return "The password grant must be switched on by an API of the app's that is deployed in \(environment), "
                + "and by the app, which must be first party."
        case .targetUnknown: return "A resource was named that is none of the app's."
        case .scopeNotAllowed:
            return "A scope was asked for that the app may not have, that no API declares, or that more than one "
                + "audience declares without a resource being named."
        case .levelUnreachable: return "No Identity can vouch at the level that was demanded."
        case .grantInvalid:
            return "The refresh token that was presented does not hold: it is unknown, another app's, spent, ended or "
                + "revoked, or the Identity that vouched for it is suspended."
        case .appThrottled: return try throttled(isApp: true)
        case .userThrottled: return try throttled(isApp: false)
        case .noLinkedIdentity: return "No Identity was linked to any API of the app's that a token could be for."
        case .noIdentityInEnvironment: return "Identities were linked, but none of them stood in \(environment)."
        case .locked: return "An Identity said that the account is locked; that ends the chain."
        case .identityUnavailable:
            return "Nobody accepted, and an Identity that might have could not be asked or gave no usable answer."
        case .credentialsRejected: return "Every Identity of the chain rejected the credentials."
        }
    }

    private func throttled(isApp: Bool) throws(ReplayFault) -> String {
        guard let request = recorded.request, let reading = request.throttle else { return "Too much had failed." }
        let limits = try consulted.estate.throttleLimits(in: request.environment)
        if isApp {
            return "Of this app and this source \(reading.app.failures) failures counted and \(reading.app.inFlight) "
                + "decisions were under way; \(limits.appFailures) are borne."
        }
        return
            "Of this user name \(reading.failures) failures counted and \(reading.inFlight) decisions were under way; "
            + "\(limits.userFailures) are borne."
    }

    /// Each claim, what it says, and the event that justifies it.
    func claims(of token: TokenIssued) throws(ReplayFault) -> [Statement] {
        var statements: [Statement] = []
        for field in FieldValues(of: token.claims).values {
            let claim = field.path.hasPrefix("cnf.") ? "cnf" : field.path
            let cause = token.because.first { $0.claim == claim }?.event.position
            statements.append(
                Statement(
                    Self.why(claim), try mark(cause), claim: field.path,
                    value: claim == "extraInfo" ? try extraInfo(of: token) : field.text))
        }
        return statements
    }

    private func extraInfo(of token: TokenIssued) throws(ReplayFault) -> String {
        let winner = recorded.attempts.first { attempt in
            guard let sealed = attempt.data.extraInfoSealed else { return false }
            return token.claims.extraInfo == .sealed(commitment: sealed.commitment)
        }
        guard let winner, let sealed = winner.data.extraInfoSealed else { return "sealed" }
        switch try opening.open(sealed, at: winner.position, field: "extra_info_sealed", blind: winner.blind) {
        case .open(let json): return String(decoding: json, as: UTF8.self)
        case .sealed: return "sealed (commitment \(sealed.commitment.text))"
        case .erased: return "erased"
        case .broken: return "the record beside the log is not the one that the log names"
        }
    }

    private static func why(_ claim: String) -> String {
        switch claim {
        case "acr": "The level at which the Identity vouched, and that it is registered for."
        case "act": "Who acts for the subject."
        case "amr": "The methods by which the Identity says it checked."
        case "aud": "The resources of the app's APIs that lead to the Identity that vouched."
        case "auth_time": "When that Identity had answered; it is never refreshed."
        case "client_id": "The app to which the token was issued, which is not who presents it."
        case "cnf": "The key whose possession was proven, to which the token is bound."
        case "exp": "The issue and the shortest lifetime that one of the APIs or the environment allows."
        case "extraInfo": "What the Identity that vouched sent along; personal, hence sealed in the log."
        case "iat": "When the decision was taken."
        case "iss": "The issuer of the environment, fixed when it was created."
        case "jti": "The id of this decision."
        case "scope": "What was asked for and the APIs in the audience declare."
        case "sub": "The account that the subject opens, or the app itself; its id says nothing about a person."
        case "subject_type": "A user where an Identity vouched, an application where an app asked for itself."
        case "vot", "vtm": "The vector of trust that the Identity is registered for."
        default: "Recorded with the token."
        }
    }
}
