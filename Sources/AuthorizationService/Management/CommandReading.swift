internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog
internal import HTTPMessages
internal import LedgerCrypto

/// A command that was read from a request, with what goes beside its first event and into its first answer.
struct ReadCommand {
    var command: any Command
    /// Of the first event, because the values that it seals are bound to it.
    var blind: Bytes16
    var sealed: [SealedRecord] = []
    /// Members that are shown once and never again.
    var secrets: [(name: String, text: String)] = []
}

/// Reads requests as commands: draws their identifiers and secrets, and seals what must not stand in clear.
struct CommandReading {
    let context: ServiceContext
    let now: Timestamp
    /// Who asks.
    let by: OperatorID

    /// Throws a ``Problem`` of the 400s for a request that is no command, and of the 500s when a key or vault fails.
    func command(of route: ManagementRoute, _ request: HTTPRequest) async throws(Problem) -> ReadCommand {
        let document = try RequestDocument.read(request)
        do {
            return try await read(route, request.method, MemberReader(document))
        } catch let problem as Problem {
            throw problem
        } catch {
            // Randomness, a key file or a vault failed. The cause is the operator's of the host, not the asker's.
            throw .unavailable
        }
    }

    private func read(_ route: ManagementRoute, _ method: String, _ body: MemberReader) async throws -> ReadCommand {
        var body = body
        switch route {
        case .collection(let collection): return try await create(in: collection, &body)
        case .revisions(let collection, let id): return try await revise(id, in: collection, &body)
        case .retirement(let collection, let id): return try retire(id, in: collection, &body)
        case .item(.operators, let id):
            return try ready(RemoveOperator(id: try identifier(id), now: now), &body)
        case .operatorRoles(let id):
            let roles: [Role] = body.required("roles", body.values("roles"), else: [])
            return try ready(ChangeOperatorRoles(id: try identifier(id), roles: roles, now: now), &body)
        case .settings(let name):
            let settings = body.environmentSettings()
            return try ready(ConfigureEnvironment(name: try identifier(name), settings: settings), &body)
        case .assuranceScheme(let name):
            let levels: [String] = body.required("levels", body.values("levels"), else: [])
            return try ready(SetAssuranceScheme(scheme: try identifier(name), levels: levels), &body)
        case .link(let identity, let api):
            let (identity, api): (IdentityID, APIID) = (try identifier(identity), try identifier(api))
            if method == "PUT" { return try ready(LinkIdentity(id: identity, api: api), &body) }
            return try ready(UnlinkIdentity(id: identity, api: api), &body)
        case .deployment(let environment, let thing):
            guard let thing = Deployable(text: thing) else { throw Problem.notFound }
            let environment: EnvironmentName = try identifier(environment)
            guard method == "PUT" else { return try ready(Undeploy(thing, from: environment), &body) }
            return try ready(Deploy(thing, in: environment, revision: body.integer("revision")), &body)
        case .credentials(let id): return try addCredential(to: try identifier(id), &body)
        case .secrets(let id): return try rotateSecret(of: try identifier(id), &body)
        case .suspension(let id):
            if method == "PUT" { return try ready(SuspendApp(id: try identifier(id)), &body) }
            return try ready(ResumeApp(id: try identifier(id)), &body)
        case .ledgerSettings:
            return try ready(ConfigureLedger(settings: body.ledgerSettings()), &body)
        case .clockConfirmation: return try await confirmClock(&body)
        case .revocation(let id):
            let cause = body.required("cause", body.reason("cause"), else: "")
            try body.finish()
            return try await revocation(of: try identifier(id), because: cause)
        case .item, .linkableAPIs, .identityChain, .findings:
            throw Problem.notFound
        }
    }

    private func create(
        in collection: ManagementRoute.Collection, _ body: inout MemberReader
    ) async throws -> ReadCommand {
        switch collection {
        case .operators: return try addOperator(&body)
        case .environments:
            let name: EnvironmentName = body.required("name", body.value("name"), else: EnvironmentName())
            let issuer = "\(context.configuration.baseURL)/\(name.text)"
            return try ready(CreateEnvironment(name: name, issuer: issuer), &body)
        case .apis:
            let content = body.apiRevision()
            return try ready(RegisterAPI(id: try context.identifier(at: now), content: content), &body)
        case .identities:
            let document = body.identityDocument(registering: true, under: context.configuration.destinations)
            try body.finish()
            return try await register(document)
        case .apps: return try await register(try appDocument(&body))
        case .schemes: throw Problem.notFound
        }
    }

    // What is awaited gets the whole document: with the reader passed inout across an await, the optimised program jumped
    // into nowhere (Swift 6.3.1).
    private func register(_ document: IdentityDocument) async throws -> ReadCommand {
        let id: IdentityID = try context.identifier(at: now)
        return try await sealing(document) {
            RegisterIdentity(id: id, content: $0, apis: document.apis)
        }
    }

    private func register(_ document: AppDocument) async throws -> ReadCommand {
        let id: AppID = try context.identifier(at: now)
        let secret = try drawSecret()
        var read = try await sealing(document) { RegisterApp(id: id, content: $0, secret: secret.digest) }
        read.secrets = [("client_id", id.text), ("client_secret", secret.text)]
        return read
    }

    private func revise(
        _ id: String, in collection: ManagementRoute.Collection, _ body: inout MemberReader
    ) async throws -> ReadCommand {
        switch collection {
        case .apis:
            let content = body.apiRevision()
            return try ready(ReviseAPI(id: try identifier(id), content: content), &body)
        case .identities:
            let document = body.identityDocument(registering: false, under: context.configuration.destinations)
            try body.finish()
            let id: IdentityID = try identifier(id)
            return try await sealing(document) {
                ReviseIdentity(id: id, content: $0, sameUserStore: document.sameUserStore)
            }
        case .apps:
            let document = try appDocument(&body)
            let id: AppID = try identifier(id)
            return try await sealing(document) { ReviseApp(id: id, content: $0) }
        case .operators, .environments, .schemes: throw Problem.notFound
        }
    }

    private func retire(
        _ id: String, in collection: ManagementRoute.Collection, _ body: inout MemberReader
    ) throws -> ReadCommand {
        switch collection {
        case .apis: try ready(RetireAPI(id: try identifier(id)), &body)
        case .identities: try ready(RetireIdentity(id: try identifier(id)), &body)
        case .apps: try ready(RetireApp(id: try identifier(id)), &body)
        case .operators, .environments, .schemes: throw Problem.notFound
        }
    }

    private func addOperator(_ body: inout MemberReader) throws -> ReadCommand {
        let name: Name = body.required("name", body.value("name"), else: Name())
        let roles: [Role] = body.required("roles", body.values("roles"), else: [])
        let id: OperatorID = try context.identifier(at: now)
        let secret = try drawSecret()
        let command = AddOperator(id: id, name: name, roles: roles, key: secret.digest, now: now)
        var read = try ready(command, &body)
        read.secrets = [("key", OperatorKey.text(of: id, secret: secret.text))]
        return read
    }

    private func addCredential(to id: APIID, _ body: inout MemberReader) throws -> ReadCommand {
        let secret = try drawSecret()
        var read = try ready(AddAPICredential(id: id, credential: secret.digest), &body)
        read.secrets = [("client_id", id.text), ("client_secret", secret.text)]
        return read
    }

    private func rotateSecret(of id: AppID, _ body: inout MemberReader) throws -> ReadCommand {
        let overlap = body.integer("overlap_seconds") ?? 0
        let secret = try drawSecret()
        let command = RotateAppSecret(id: id, secret: secret.digest, overlapSeconds: overlap, now: now)
        var read = try ready(command, &body)
        read.secrets = [("client_id", id.text), ("client_secret", secret.text)]
        return read
    }

    private func appDocument(_ body: inout MemberReader) throws -> AppDocument {
        var document = body.appDocument()
        try body.finish()
        for index in document.content.certificates.indices {
            document.content.certificates[index].id = try context.identifier(at: now)
        }
        for index in document.content.keys.indices {
            document.content.keys[index].id = try context.identifier(at: now)
        }
        return document
    }

    private func ready(
        _ command: any Command, _ body: inout MemberReader
    ) throws -> ReadCommand {
        try body.finish()
        return ReadCommand(command: command, blind: try context.blind())
    }

    /// The identifier or name in a path. What has not its form names nothing.
    private func identifier<Value: TextValue>(_ text: String) throws(Problem) -> Value {
        guard let value = Value(text: text) else { throw .notFound }
        return value
    }

    private func confirmClock(_ body: inout MemberReader) async throws -> ReadCommand {
        let reason = body.required("reason", body.reason("reason"), else: "")
        try body.finish()
        let (clock, judgement) = context.serviceClock.reading
        let blind = try context.blind()
        // What is not to be confirmed is refused, and seals nothing.
        guard let ahead = judgement.aheadMicroseconds else {
            return ReadCommand(command: ConfirmClock(clock: clock, ahead: nil, reason: nil), blind: blind)
        }
        let sealed = try await seal(SealedText(path: "reason", text: Array(reason.utf8)), blind)
        return ReadCommand(
            command: ConfirmClock(clock: clock, ahead: ahead, reason: sealed.value), blind: blind,
            sealed: [sealed.record])
    }

    private func drawSecret() throws(CryptoError) -> (text: String, digest: SecretDigest) {
        let secret = try IssuedSecret.draw()
        return (secret.text, SecretDigest(id: try context.identifier(at: now), digest: secret.digest))
    }

    private func sealing(
        _ document: IdentityDocument, _ command: (IdentityRevision) -> any Command
    ) async throws -> ReadCommand {
        var content = document.content
        let blind = try context.blind()
        var records: [SealedRecord] = []
        for query in document.queries {
            let sealed = try await seal(query, blind)
            records.append(sealed.record)
            if query.path == "content.destination.query" {
                content.destination.query = sealed.value
            } else if let index = content.destinations.indices.first(where: {
                query.path == "content.destinations.\($0).destination.query"
            }) {
                content.destinations[index].destination.query = sealed.value
            }
        }
        return ReadCommand(command: command(content), blind: blind, sealed: records)
    }

    private func sealing(
        _ document: AppDocument, _ command: (AppRevision) -> any Command
    ) async throws -> ReadCommand {
        var content = document.content
        let blind = try context.blind()
        var records: [SealedRecord] = []
        if let extraInfo = document.extraInfo {
            let sealed = try await seal(extraInfo, blind)
            content.extraInfo = sealed.value
            records.append(sealed.record)
        }
        return ReadCommand(command: command(content), blind: blind, sealed: records)
    }

    func seal(_ text: SealedText, _ blind: Bytes16) async throws -> Sealed {
        let vault = try await context.vaults.ledgerVault()
        return try await context.vaults.seal(text.text, field: text.path, blind: blind, vault: vault)
    }
}
