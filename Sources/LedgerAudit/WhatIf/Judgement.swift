internal import AuthorizationCore

/// What the change makes of a decision, and of all others like it.
struct Judgement: Hashable {
    enum Verdict: Int, CaseIterable {
        case same, gained, lost, unknowable
    }

    /// What leaves a decision open, besides Identities that were never asked.
    enum Doubt: Hashable {
        case none
        /// Made by rules that this program does not have.
        case engine(Int64)
        /// Not what the log gives: `reproduce` says more.
        case replay
        /// Whether the refresh token was ever issued.
        case family
    }

    var verdict = Verdict.same
    /// Why it was refused; nil where a token was issued.
    var recorded: Refusal?
    /// Why it could be refused then.
    var refusals: [Refusal] = []
    /// Whether a token could be issued then.
    var mayIssue = false
    /// What a token that is issued all the same would say otherwise.
    var changed: [String] = []
    var unasked: [IdentityID] = []
    var doubt = Doubt.none
    var environment = EnvironmentName()
    var app: AppID?
    /// The APIs that the app named, or else all of its own that are deployed there.
    var apis: [APIID] = []

    /// Of a decision on `estate`, as recorded.
    init(of request: TokenRequest, recorded: Refusal?, in estate: Estate) {
        self.recorded = recorded
        environment = request.environment
        app = request.client.app
        mayIssue = recorded == nil
        refusals = recorded.map { [$0] } ?? []
        guard let place = estate.environments[environment], let app = app.flatMap({ estate.apps[$0] }) else { return }
        apis = app.content.apis.filter { id in
            guard let deployed = place.apis[id], let revision = estate.apis[id]?.revision(deployed.revision) else {
                return false
            }
            return request.asked.resource?.contains(revision.resource(in: place.issuer)) ?? true
        }
        apis.sort()
    }

    mutating func leaveOpen(for doubt: Doubt) {
        verdict = .unknowable
        self.doubt = doubt
        mayIssue = true
    }

    /// Takes in what can come of it, beside what came of it by the same way of deciding.
    mutating func take(_ imagined: Possibilities, beside actual: Possibilities) {
        let issued = recorded == nil
        guard actual.issues == issued, issued || actual.refusals == Set([recorded].compactMap { $0 }) else {
            return leaveOpen(for: .replay)
        }
        refusals = imagined.refusals.sorted { $0.place < $1.place }
        mayIssue = !imagined.tokens.isEmpty
        switch imagined.issues {
        case nil:
            verdict = .unknowable
            mayIssue = true
            unasked = imagined.unasked
        case issued: verdict = .same
        case true?: verdict = .gained
        case false?: verdict = .lost
        }
        if verdict == .same, let before = actual.token {
            changed = Set(imagined.tokens.flatMap { before.differences(to: $0) }).sorted()
        }
    }

    var isChange: Bool { verdict != .same }
}

extension Refusal {
    fileprivate var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
