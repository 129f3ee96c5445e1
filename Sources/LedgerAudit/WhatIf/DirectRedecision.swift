internal import AuthorizationCore

/// A grant that is decided on the log alone, decided on one estate.
struct DirectRedecision {
    let request: TokenRequest
    let facts: DecisionFacts

    /// What becomes of a refresh token family.
    enum Step: Hashable {
        case none, used, repeated, ended
    }

    struct Result {
        var possibilities = Possibilities()
        /// Every step that can be taken.
        var steps: Set<Step> = []
        var terms: RefreshTerms?

        mutating func add(_ other: Result) {
            possibilities.add(other.possibilities)
            steps.formUnion(other.steps)
            terms = other.terms
        }

        mutating func refuse(_ reason: Refusal) {
            possibilities.refuse(reason)
            steps.insert(.none)
        }
    }

    func clientCredentials(in estate: Estate) -> Result {
        var result = Result()
        switch clientCredentialsStep(request, given: facts, in: estate) {
        case .issue(let grant): result.possibilities.issue(PossibleToken(grant))
        case .refuse(let reason): result.refuse(reason)
        }
        return result
    }

    func refresh(_ family: RefreshFamily?, in estate: Estate) -> Result {
        var result = Result()
        switch refreshStep(request, given: facts, in: estate, family: family) {
        case .issue(let grant):
            result.possibilities.issue(PossibleToken(grant))
            result.steps.insert(grant.refresh?.kind == .repeated ? .repeated : .used)
            result.terms = grant.refresh?.terms
        case .refuse(let reason): result.refuse(reason)
        case .endFamily:
            result.possibilities.refuse(.grantInvalid)
            result.steps.insert(.ended)
        }
        return result
    }

    /// On an estate and a family that may be others than recorded.
    func refresh(_ recorded: RefreshFamily, in estate: Estate, fates: FamilyFates) -> Result {
        let families = fates.families(
            for: recorded, presenting: request.presented?.generation ?? 0, in: estate, request.environment)
        guard let families else {
            return refresh(recorded, in: estate)
        }
        var result = Result()
        // A token that was never issued opens nothing; guards that stand before it are as they are.
        if families.mayBeGone { result.add(refresh(nil, in: estate)) }
        for family in families.all { result.add(refresh(family, in: estate)) }
        return result
    }
}
