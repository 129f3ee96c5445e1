internal import AuthorizationCore

extension DecisionStory {
    /// Each Identity of the chain that the outcome was decided on, and what put it there.
    func chainStatements() throws(ReplayFault) -> [Statement] {
        guard let request = recorded.request else { return [] }
        let version = try consulted
        let estate = version.estate
        let names = EventSummary(estate: estate)
        let links = version.plan(of: request).chain
        guard !links.isEmpty else { return [] }
        var statements = [
            Statement(
                "It looked at what the first \(outcome.data.consulted) events made. Newest registration first, the chain "
                    + "was \(links.map { names.name($0.identity) }.joined(separator: ", then ")).")
        ]
        for (index, link) in links.enumerated() {
            let apis = link.via.map { names.name($0.api) }.joined(separator: " and ")
            let positions =
                [link.registeredAt, link.deployedAt] + link.via.flatMap { [$0.linkedAt, $0.apiDeployedAt] }
            let beyond = index >= IdentityChain.maximumLength ? " It stood beyond the longest chain that is asked." : ""
            statements.append(
                Statement(
                    "\(index + 1). \(capitalised(names.name(link.identity))), revision \(link.revision): its place comes "
                        + "from its registration at \(link.registeredAt); it is linked to \(apis) since "
                        + "\(Self.list(link.via.map(\.linkedAt))), deployed in \(request.environment.text) since "
                        + "\(link.deployedAt), as \(link.via.count == 1 ? "the API is" : "the APIs are") since "
                        + "\(Self.list(link.via.map(\.apiDeployedAt))).\(beyond)", try marks(positions)))
        }
        return statements + (try absent(request, estate, links))
    }

    private static func list(_ positions: [Position]) -> String {
        Set(positions).sorted().map { "\($0)" }.joined(separator: " and ")
    }

    /// Identities that are linked to one of the app's APIs and do not stand in the chain.
    private func absent(
        _ request: TokenRequest, _ estate: Estate, _ links: [IdentityChain.Link]
    ) throws(ReplayFault) -> [Statement] {
        guard let app = request.client.app.flatMap({ estate.apps[$0] }) else { return [] }
        let place = estate.environments[request.environment]
        let linked = Set(app.content.apis.flatMap { estate.apis[$0].map { Array($0.linkedIdentities) } ?? [] })
        let others = linked.subtracting(links.map(\.identity)).compactMap { estate.identities[$0] }
            .sorted { $0.registeredAt < $1.registeredAt }
        var statements: [Statement] = []
        for identity in others {
            let name = capitalised(EventSummary(estate: estate).name(identity.id))
            if let retiredAt = identity.retiredAt {
                statements.append(Statement("\(name) is linked, and retired.", try mark(retiredAt)))
            } else if let suspendedAt = identity.suspendedAt {
                statements.append(Statement("\(name) is linked, and suspended.", try mark(suspendedAt)))
            } else if place?.identities[identity.id] == nil {
                statements.append(Statement("\(name) is linked, and not deployed in \(request.environment.text)."))
            } else {
                statements.append(Statement("\(name) is linked to an API that this token could not be for."))
            }
        }
        return statements
    }

    /// What came of each ask, in order.
    func answerStatements() throws(ReplayFault) -> [Statement] {
        var statements: [Statement] = []
        for attempt in recorded.attempts {
            let estate = try state.version(at: min(attempt.data.consulted, attempt.position)).estate
            let name = capitalised(EventSummary(estate: estate).name(attempt.data.identity))
            statements.append(Statement("\(name) \(Self.answer(attempt.data))", try mark(attempt.position)))
        }
        guard let request = recorded.request, !recorded.attempts.isEmpty else { return statements }
        let version = try consulted
        let asked = Set(recorded.attempts.map(\.data.identity))
        let rest = version.plan(of: request).chain.filter { !asked.contains($0.identity) }
        if !rest.isEmpty {
            let names = rest.map { EventSummary(estate: version.estate).name($0.identity) }
            statements.append(
                Statement("Not asked any more: \(names.joined(separator: ", ")). The chain had ended before them."))
        }
        return statements
    }

    private static func answer(_ attempt: ValidationAttempted) -> String {
        let time = "asked at \(attempt.startedAt.text)"
        if let skipped = attempt.skipped, !attempt.asked {
            let reason =
                switch skipped {
                case .breakerOpen: "its breaker was open: it had failed too often just before"
                case .level: "it cannot vouch at the level that was demanded"
                case .noSlot: "there was no free slot to ask it in"
                case .budgetSpent: "the time for the whole chain was spent"
                }
            return "was not asked: \(reason)."
        }
        let took = "after \(attempt.tookMicroseconds) µs"
        let status = attempt.status.map { "with status \($0)" } ?? "with no status"
        switch attempt.outcome {
        case .accepted:
            var parts = "was \(time) and accepted the credentials \(took), \(status)."
            switch attempt.extraInfo {
            case .none: break
            case .taken: parts += " Its answer carried extraInfo, which is sealed."
            case .tooLarge: parts += " Its answer carried more extraInfo than is taken."
            case .notJSON: parts += " Its answer's body was no JSON and was ignored."
            }
            if !attempt.dropped.isEmpty {
                parts +=
                    " Not taken over, because it is registered for less: \(attempt.dropped.joined(separator: ", "))."
            }
            return parts
        case .rejected: return "was \(time) and rejected the credentials \(took), \(status)."
        case .locked: return "was \(time) and said that the account is locked, \(took), \(status)."
        case .indeterminate, nil:
            let failure = attempt.failure.map { " (\($0))" } ?? ""
            return "was \(time) and gave no usable answer \(took), \(status)\(failure)."
        }
    }
}
