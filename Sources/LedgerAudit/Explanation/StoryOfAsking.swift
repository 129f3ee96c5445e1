internal import AuthorizationCore

extension DecisionStory {
    /// Who asked, for what, and what the throttle knew.
    func asking() throws(ReplayFault) -> [Statement] {
        guard let request = recorded.request else {
            return [Statement("No event of the log holds what was asked.")]
        }
        let requested = recorded.requested?.position ?? outcome.position
        let estate = try state.version(at: min(request.consulted, requested)).estate
        var statements = [
            Statement(
                "At \(request.receivedAt.text) \(asker(request, estate)) asked in \(request.environment.text) for a "
                    + "token by \(Self.grant(request.grant)).", try mark(requested))
        ]
        if let id = request.client.app, let app = estate.apps[id] {
            let party = app.content.firstParty ? "first party" : "third party"
            statements.append(
                Statement(
                    "\(capitalised(EventSummary(estate: estate).name(id))) stood in the ledger as \(party).",
                    try marks([app.registeredAt, app.latest.at])))
        }
        guard !request.wasUnread else {
            return [
                Statement(
                    "At \(request.receivedAt.text) a request to the token endpoint of \(request.environment.text) was refused by "
                        + "the HTTP server before anybody read it.", try mark(outcome.position))
            ]
        }
        statements.append(Statement(Self.body(request.asked)))
        if let fault = request.fault {
            statements.append(Statement("The request was malformed: \(fault.text.replacing("_", with: " "))."))
        }
        if let proof = request.proof { statements.append(Statement(Self.proof(proof))) }
        if let presented = request.presented {
            let family = presented.family.map { "generation \(presented.generation) of family \($0.text)" }
            let holds = presented.secret == .match ? "its secret matched" : "its secret did not match"
            statements.append(
                Statement(
                    family.map { "A refresh token was presented: \($0); \(holds)." }
                        ?? "A refresh token was presented that is none of ours."))
        }
        if let reading = request.throttle, recorded.asksNobody {
            statements.append(
                Statement("Against the app from this source \(Self.failures(reading.app.failures)) counted."))
        } else if let reading = request.throttle {
            statements.append(
                Statement(
                    "Against the user name that was typed \(Self.failures(reading.failures)) counted, with "
                        + "\(reading.inFlight) more decisions about it under way; against the app from this source "
                        + "\(Self.failures(reading.app.failures)), with \(reading.app.inFlight) under way."))
        }
        statements += try openedNames(request)
        return statements
    }

    private func asker(_ request: TokenRequest, _ estate: Estate) -> String {
        guard let app = request.client.app else { return "somebody that named no app of ours" }
        let name = EventSummary(estate: estate).name(app)
        guard let credential = request.client.credential else { return "somebody without the credential of \(name)" }
        return "the holder of \(name)'s credential \(credential.text) (\(request.client.method.text))"
    }

    private static func grant(_ grant: String) -> String { grant.isEmpty ? "no grant" : "grant '\(grant)'" }

    private static func failures(_ count: Int64) -> String { count == 1 ? "1 failure" : "\(count) failures" }

    private static func body(_ asked: Asked) -> String {
        var parts = ["The body had \(asked.bytes) bytes"]
        parts.append(asked.scope.map { "asked for scope '\($0.joined(separator: " "))'" } ?? "asked for no scope")
        parts.append(asked.resource.map { "named \($0.joined(separator: ", "))" } ?? "named no resource")
        let others = asked.otherFields > 0 ? " and \(asked.otherFields) more whose names are not recorded" : ""
        parts.append(
            asked.fields.isEmpty && others.isEmpty
                ? "and held no fields" : "and held the fields \(asked.fields.joined(separator: ", "))\(others)")
        return parts.joined(separator: ", ") + "."
    }

    private static func proof(_ proof: ProofOfPossession) -> String {
        if let fault = proof.fault { return "It came with a \(proof.kind.text) proof that does not hold: \(fault)." }
        return "It came with a \(proof.kind.text) proof of possession of key \(proof.thumbprint ?? "")."
    }

    /// What was typed, where the auditor's vaults open it.
    private func openedNames(_ request: TokenRequest) throws(ReplayFault) -> [Statement] {
        let position = recorded.requested?.position ?? outcome.position
        let blind = recorded.requested?.blind ?? outcome.blind
        let prefix = recorded.requested == nil ? "request." : ""
        var statements: [Statement] = []
        for (value, field, words) in [
            (request.userName, "user_name", "The user name that was typed"), (request.source, "source", "It came from"),
        ] {
            guard let value else { continue }
            switch try opening.open(value, at: position, field: prefix + field, blind: blind) {
            case .open(let bytes):
                statements.append(
                    Statement("\(words): '\(String(decoding: bytes, as: UTF8.self))' (opened from its vault)."))
            case .erased: statements.append(Statement("\(words): erased."))
            case .sealed, .broken: break
            }
        }
        if statements.isEmpty, request.userName == nil, request.source != nil {
            statements.append(Statement("The source lies sealed beside the log."))
        }
        if statements.isEmpty, request.userName != nil {
            statements.append(Statement("The user name that was typed and the source lie sealed beside the log."))
        }
        return statements
    }

    func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
