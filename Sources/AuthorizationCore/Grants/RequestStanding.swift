/// The app and the environment of a token request that has passed the guards which all grants share.
struct RequestStanding {
    var app: App
    var environment: Environment

    enum Judgement {
        case refused(Refusal)
        case standing(RequestStanding)
    }

    /// Runs the guards that stand before the grant's own, in the order of ``Refusal``.
    static func judge(_ request: TokenRequest, asks grant: Grant, in estate: Estate) -> Judgement {
        guard let environment = estate.environments[request.environment], environment.oauthDeployedAt != nil else {
            return .refused(.oauthNotDeployed)
        }

        // RFC 9110, section 15.5.6: a method that the path does not take says nothing about a client.
        guard request.fault != .methodNotAllowed else { return .refused(.malformedRequest) }
        // RFC 6749, section 5.2: client authentication comes before everything that the request says.
        guard let id = request.client.app, request.client.credential != nil, let app = estate.apps[id],
            app.retiredAt == nil
        else { return .refused(.unknownApp) }
        guard app.suspendedAt == nil else { return .refused(.appSuspended) }
        guard request.proof?.fault == nil else { return .refused(.proofInvalid) }
        guard request.fault == nil else { return .refused(.malformedRequest) }
        guard request.grant == grant.rawValue else { return .refused(.grantUnknown) }
        return .standing(RequestStanding(app: app, environment: environment))
    }
}

extension Environment {
    /// The header of tokens that the activated key signs; nil while no key signs.
    func tokenHeader(in estate: Estate) -> TokenHeader? {
        guard let activeKey, let alg = estate.keys[activeKey].flatMap({ TokenAlgorithm(rawValue: $0.alg) }) else {
            return nil
        }
        var header = TokenHeader()
        header.alg = alg
        header.kid = activeKey.kid
        return header
    }
}

extension Confirmation {
    /// What a token is bound to when the request proved that it holds a key.
    init?(of proof: ProofOfPossession?) {
        guard let proof, let thumbprint = proof.thumbprint else { return nil }
        self.init()
        switch proof.kind {
        case .dpop: jkt = thumbprint
        case .mtls: x5tS256 = thumbprint
        }
    }
}
