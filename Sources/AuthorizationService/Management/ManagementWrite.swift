internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog
internal import HTTPMessages
internal import LedgerCrypto

/// One write of an operator, from the request to the answer.
struct ManagementWrite {
    /// How often the estate may move under a command before it is given up.
    static let maximumAttempts = 8
    /// In bytes of an event's recorded form, so that the envelope of a longer position always fits.
    static let maximumEventBytes = 60_000

    let door: ManagementDoor
    let route: ManagementRoute
    let request: HTTPRequest
    let by: OperatorID

    private var context: ServiceContext { door.context }

    init(door: ManagementDoor, route: ManagementRoute, request: HTTPRequest, by: OperatorID) {
        self.door = door
        self.route = route
        self.request = request
        self.by = by
    }

    func answer() async -> HTTPResponse {
        do throws(Problem) {
            try Query(request).finish()
            let idempotency = try IdempotentRequest(request, of: by, under: context.keys.stateKey)
            if let idempotency, let first = try await firstAnswer(to: idempotency) { return first }
            let consulted = try statedPosition()
            let read = try await CommandReading(context: context, now: context.clock(), by: by).command(
                of: route, request)
            // The last space belongs to what stops somebody.
            guard read.command.isUrgent || context.configuration.hasSpaceForDecisions else { throw .spaceLow }
            return try await perform(read, consulted: consulted, idempotency)
        } catch {
            return await refuse(error)
        }
    }

    /// Judges and appends, and again when the estate moved meanwhile.
    private func perform(
        _ read: ReadCommand, consulted: Position?, _ idempotency: IdempotentRequest?
    ) async throws(Problem) -> HTTPResponse {
        var read = read
        let correlation = try identifier()
        for _ in 0..<Self.maximumAttempts {
            let state = context.store.state
            // His roles are part of what is judged anew.
            if case .failure(let error) = door.authenticate(request, for: route, in: state.estate) {
                throw error.problem
            }
            try prepare(&read.command, on: state.estate)
            let events: [EventData]
            do throws(CommandRefusal) {
                events = try read.command.events(on: state.estate)
            } catch {
                // The same request may have been done a moment ago, and then it stands in its own way.
                if let idempotency, let first = try await firstAnswer(to: idempotency) { return first }
                throw error.problem
            }
            guard !events.isEmpty else {
                return EstateAnswer(state.estate, size: state.consulted).response(
                    showing: read.command.subject, status: 200, ledger: nil)
            }
            let proposal = try self.proposal(events, read, correlation, consulted ?? state.consulted, idempotency)
            do throws(AppendError) {
                let commit = try await context.store.append(proposal)
                return self.answer(to: read, commit)
            } catch {
                switch error {
                case .moved(.idempotency):
                    if let idempotency, let first = try await firstAnswer(to: idempotency) { return first }
                case .moved:
                    guard consulted == nil else {
                        throw Problem(
                            status: 409, title: "What the command was planned on has changed", reason: "moved")
                    }
                case .full: throw .busy
                case .form: throw .eventTooLarge
                case .stopped: throw .unavailable
                }
            }
        }
        throw .busy
    }

    private func answer(to read: ReadCommand, _ commit: Commit) -> HTTPResponse {
        let size = commit.first.advanced(by: commit.leafHashes.count)
        return EstateAnswer(context.store.state.estate, size: size).response(
            showing: read.command.subject, status: route.status(for: request.method),
            ledger: LedgerPlace(position: commit.first, leafHash: commit.leafHashes[0].hex), secrets: read.secrets)
    }

    private func proposal(
        _ events: [EventData], _ read: ReadCommand, _ correlation: CommandID, _ consulted: Position,
        _ idempotency: IdempotentRequest?
    ) throws(Problem) -> Proposal {
        var proposed: [ProposedEvent] = []
        for (index, data) in events.enumerated() {
            // The sealed values are bound to the first event's blind.
            let blind = index == 0 ? read.blind : try self.blind()
            try checkSize(of: data, blind, correlation)
            proposed.append(
                ProposedEvent(
                    actor: .operator(by), correlation: correlation.text, blind: blind, data: data,
                    sealed: index == 0 ? read.sealed : []))
        }
        var unchanged: [FenceName] = [.estate, .operator(by)]
        if let environment = read.command.environment { unchanged.append(.environment(environment)) }
        return Proposal(
            events: proposed, consulted: consulted, unchanged: unchanged,
            unused: idempotency.map { [.idempotency($0.key.key)] } ?? [], idempotency: idempotency?.key,
            urgency: read.command.isUrgent ? .urgent : .ordinary)
    }

    private func checkSize(of data: EventData, _ blind: Bytes16, _ correlation: CommandID) throws(Problem) {
        let event = Event(
            position: Position(JSON.maximumInteger), recordedAt: context.clock(), actor: .operator(by),
            correlation: correlation.text, blind: blind, data: data)
        do throws(RecordedFormError) {
            guard try RecordedForm.encode(event).count <= Self.maximumEventBytes else { throw .tooLarge(0) }
        } catch {
            throw .eventTooLarge
        }
    }

    /// Does what must have happened outside before the log may say so: makes the token key that the command needs. It is
    /// kept over attempts.
    private func prepare(_ command: inout any Command, on estate: Estate) throws(Problem) {
        guard var keyed = command as? any TokenKeyCommand, let environment = keyed.environment,
            let algorithm = keyed.algorithmWithoutKey(on: estate), keyed.key?.algorithm != algorithm
        else { return }
        do throws(KeyError) {
            let key = try context.keys.makeTokenKey(environment: environment, algorithm: algorithm)
            keyed.key = TokenKeyFacts(
                algorithm: algorithm, kid: key.keyID,
                publicKey: String(decoding: key.jwk.canonicalJSON, as: UTF8.self), notBefore: context.clock())
        } catch {
            throw .unavailable
        }
        command = keyed
    }

    /// The position that the client planned on: when the estate has moved since, the command is not done.
    private func statedPosition() throws(Problem) -> Position? {
        guard let text = request.fields.first(EstateAnswer.consultedField) else { return nil }
        guard request.fields.count(of: EstateAnswer.consultedField) == 1, let value = Int64(text), value >= 0,
            value <= context.store.state.head.size
        else {
            throw Problem(
                status: 400, title: "Ledger-Consulted must be a position of this ledger", reason: "malformed",
                fields: [EstateAnswer.consultedField])
        }
        return Position(value)
    }

    private func firstAnswer(to idempotency: IdempotentRequest) async throws(Problem) -> HTTPResponse? {
        let status = route.status(for: request.method)
        return try await idempotency.firstAnswer(in: context.store, status: status)
    }

    /// Records the refusal, then says it. What failed for a reason of ours is no refusal.
    private func refuse(_ problem: Problem) async -> HTTPResponse {
        guard problem.status < 500 else { return problem.response() }
        let isRecorded = await door.record(
            refusal: problem.reason, status: problem.status,
            of: route.commandName(for: request.method) ?? "manager.write", by: .operator(by),
            fields: problem.fields, target: route.target)
        return isRecorded ? problem.response() : Problem.unavailable.response()
    }

    private func identifier() throws(Problem) -> CommandID {
        do throws(CryptoError) { return try context.identifier(at: context.clock()) } catch { throw .unavailable }
    }

    private func blind() throws(Problem) -> Bytes16 {
        do throws(CryptoError) { return try context.blind() } catch { throw .unavailable }
    }
}

extension Problem {
    static let spaceLow = Problem(
        status: 503, title: "Disk space is short: only what stops somebody is done", reason: "space_low")
    static let eventTooLarge = Problem(
        status: 422, title: "This is more than one event can hold", reason: "too_large")
}

extension OperatorAuthenticationError {
    /// For a request that was let in before the estate moved.
    fileprivate var problem: Problem {
        switch refusal {
        case .unauthenticated, .expired:
            Problem(status: 401, title: "An operator's key is needed", reason: "unauthenticated")
        case .lacksRole(_, let role):
            Problem(status: 403, title: "The operator lacks the role \(role.text)", reason: "role_missing")
        }
    }
}

extension ManagementRoute {
    /// The status of a write that did something: 201 where something came to be.
    func status(for method: String) -> Int {
        switch self {
        case .collection, .revisions, .credentials, .secrets: 201
        case .item, .retirement, .revocation, .operatorRoles, .settings, .assuranceScheme, .linkableAPIs, .link,
            .deployment,
            .suspension, .identityChain, .findings, .ledgerSettings, .clockConfirmation:
            200
        }
    }
}
