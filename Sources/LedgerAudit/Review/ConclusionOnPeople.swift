internal import AuthorizationCore
internal import EventLog

// Findings about names and accounts. Names are shown only where the vaults were given.
extension ReviewConclusion {
    func addFailures(_ pass: ReviewPass, to book: inout FindingBook) throws(AuditError) {
        func minutes(_ from: Timestamp, _ to: Timestamp) -> String {
            "\((to.seconds - from.seconds) / 60 + 1) minutes from \(from.text)"
        }
        for (tag, run) in pass.users.bursts {
            let name = try run.failures.first.first.flatMap { (evidence) throws(AuditError) in
                try typedName(inDecisionEndingAt: evidence.position)
            }
            book.add(
                .failuresOfUser, in: EnvironmentName(text: pass.table.text(run.environment)),
                about: ["user tag \(tag.text)"],
                "Holders of app credentials asked \(run.failures.count) times in vain for one user name"
                    + (name.map { " ('\($0)')" } ?? "") + " within \(minutes(run.from, run.to)).", run.failures)
        }
        for (tag, run) in pass.sources.bursts {
            book.add(
                .failuresOfSource, in: EnvironmentName(text: pass.table.text(run.environment)),
                about: ["source tag \(tag.text)"],
                "\(run.failures.count) requests from one source failed within \(minutes(run.from, run.to)).",
                run.failures)
        }
        for (app, run) in pass.apps.bursts {
            book.add(
                .failuresOfApp, in: EnvironmentName(text: pass.table.text(run.environment)), about: [app.text],
                "\(run.failures.count) requests of \(estate.name(app.text)) failed within \(minutes(run.from, run.to)).",
                run.failures)
        }
    }

    func addDuplicates(_ pass: ReviewPass, to book: inout FindingBook) throws(AuditError) {
        for pair in pass.names.pairs {
            guard let first = try opening(at: pair.first), let second = try opening(at: pair.second),
                first.account != second.account,
                !pass.happenings.settled.isSuperset(of: [first.account, second.account])
            else { continue }
            let names = [first.name, second.name].compactMap(\.self)
            let stores =
                first.store == second.store ? "of store \(first.store)" : "of stores \(first.store) and \(second.store)"
            book.add(
                .possibleDuplicate, in: first.environment, about: [first.account.text, second.account.text],
                "Holders of tokens under one typed name"
                    + (names.isEmpty ? "" : " (\(names.map { "'\($0)'" }.joined(separator: ", ")))")
                    + " have account \(first.account.text) and account \(second.account.text), \(stores).",
                Proof([pair.first, pair.second]))
        }
        for (proposal, position) in pass.happenings.proposed
        where !pass.happenings.settled.isSuperset(of: [proposal.from, proposal.into]) {
            book.add(
                .possibleDuplicate, about: [proposal.from.text, proposal.into.text],
                "Accounts \(proposal.from.text) and \(proposal.into.text) were proposed for a merge, and nobody decided.",
                Proof([position]))
        }
    }

    private struct Opening {
        var account: AccountID
        var environment: EnvironmentName?
        var store: String
        var name: String?
    }

    /// The account of a token, and what opened it.
    private func opening(at position: Position) throws(AuditError) -> Opening? {
        guard case .tokens(.issued(let token)) = try reader.decodedEvent(at: position).data,
            let account = token.account
        else { return nil }
        let environment = estate.environments.values.first { $0.issuer == token.claims.issuer }?.name
        guard let opened = token.because.first(where: { $0.claim == "sub" })?.event.position else {
            return Opening(account: account, environment: environment, store: "?")
        }
        let event = try reader.decodedEvent(at: opened)
        guard case .accounts(.opened(let data)) = event.data else {
            return Opening(account: account, environment: environment, store: "?")
        }
        return Opening(
            account: account, environment: data.environment, store: data.userStore,
            name: try open(data.userName, of: event))
    }

    private func typedName(inDecisionEndingAt position: Position) throws(AuditError) -> String? {
        guard opener != nil else { return nil }
        let outcome = try reader.decodedEvent(at: position)
        guard let id = DecisionID(text: outcome.correlation),
            let requested = try DecisionSearch(reader).gather(id, outcomeAt: position)?.requested
        else { return nil }
        return try open(requested.data.userName, of: try reader.decodedEvent(at: requested.position))
    }

    private func open(_ value: SealedValue?, of event: Event) throws(AuditError) -> String? {
        guard let value, let opener else { return nil }
        do throws(ReplayFault) {
            guard
                case .open(let bytes) = try opener.open(
                    value, at: event.position, field: "user_name", blind: event.blind)
            else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            guard case .audit(let error) = error else { return nil }
            throw error
        }
    }
}
