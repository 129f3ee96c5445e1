internal import AuthorizationCore
internal import EventLog
public import HTTPMessages
internal import LedgerCrypto
internal import Threads

/// Every door of the service behind one function: a request in, an answer out.
public final class LedgerService: Sendable {
    /// How often a checkpoint is released while the log moves.
    private static let checkpointSeconds = 10
    /// How often what was not recorded one by one is summed up.
    private static let suppressedSeconds = 60

    let context: ServiceContext
    private let releaser: CheckpointReleaser
    private let tokens: TokenDoor
    private let ledger: LedgerDoor
    private let metadata: MetadataDoor
    private let management: ManagementDoor
    private let health: HealthDoor
    private let proxies: TrustedProxies
    private let managementPlaces: RequestPlaces
    private let introspection: IntrospectionDoor
    private let introspectionPlaces: RequestPlaces
    private let revocation: RevocationDoor
    private let unread: UnreadRequests

    /// `serverMetrics` gives what the HTTP server counted.
    public init(_ context: ServiceContext, serverMetrics: @escaping @Sendable () -> [Metric] = { [] }) {
        self.context = context
        let releaser = CheckpointReleaser(context)
        let ledger = LedgerDoor(context, releaser: releaser)
        self.releaser = releaser
        self.ledger = ledger
        health = HealthDoor(context, releaser: releaser) {
            serverMetrics() + (ledger.witnessing.withLock { $0 }?.metrics ?? [])
        }
        tokens = TokenDoor(context) { try await ledger.receipt(at: $0) }
        metadata = MetadataDoor(context)
        management = ManagementDoor(context: context)
        proxies = TrustedProxies(context)
        managementPlaces = RequestPlaces(context.configuration.maximumManagementRequests)
        introspection = IntrospectionDoor(context: context)
        introspectionPlaces = RequestPlaces(context.configuration.maximumIntrospections)
        revocation = RevocationDoor(context: context)
        unread = UnreadRequests(context)
    }

    /// Whether connections from this address are a proxy's, which has shown its key.
    public func isProxy(_ address: PeerAddress) -> Bool { proxies.contains(address) }

    public func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let request = proxies.unwrap(request)
        let segments = request.pathSegments
        switch segments.first {
        case "manager": return await managementPlaces.answer { await management.answer(request) }
        case "ledger": return await managementPlaces.answer { await ledger.answer(request) }
        case "healthz", "readyz", "metrics": return health.answer(request)
        case ".well-known": return metadata.answer(request)
        default: break
        }
        if let environment = TokenDoor.environment(of: segments) {
            return await tokens.answer(request, environment: environment)
        }
        if let environment = TokenDoor.environment(of: segments, endpoint: "introspect") {
            return await introspectionPlaces.answer { await introspection.answer(request, environment: environment) }
        }
        // Its places are those of management: no flood of tokens keeps anybody from ending one.
        if let environment = TokenDoor.environment(of: segments, endpoint: "revoke") {
            return await managementPlaces.answer { await revocation.answer(request, environment: environment) }
        }
        guard segments.count == 3, segments[1] == "oauth", segments[2] == "jwks",
            EnvironmentName(text: segments[0]) != nil
        else { return Problem.notFound.response() }
        return metadata.answer(request)
    }

    /// Takes in that the HTTP server refused a request by itself. It waits for nothing: the record follows within a
    /// second, as far as the budget of strangers goes.
    public func note(_ request: RefusedRequest) { unread.note(request) }

    /// Records what the command line says about limits, once: from then on the ledger's word holds, and an operator's.
    ///
    /// Returns the options that say something else than the ledger, and are therefore not followed.
    public func configureOnce(userLimit: (Int64, Int64)?, appLimit: (Int64, Int64)?) async throws -> [String] {
        let state = context.store.state
        let recorded = state.estate.ledger
        guard recorded.configuredAt == nil else {
            let holding = ThrottleLimits(ledger: recorded.limits)
            var ignored: [String] = []
            if let userLimit, userLimit != (holding.userFailures, holding.userSeconds) {
                ignored.append("throttle-user")
            }
            if let appLimit, appLimit != (holding.appFailures, holding.appSeconds) { ignored.append("throttle-app") }
            return ignored
        }
        guard userLimit != nil || appLimit != nil else { return [] }
        var data = LedgerConfigured()
        data.limits.userFailures = userLimit?.0
        data.limits.userSeconds = userLimit?.1
        data.limits.appFailures = appLimit?.0
        data.limits.appSeconds = appLimit?.1
        let correlation: CommandID = try context.identifier(at: context.clock())
        let event = ProposedEvent(
            actor: .service, correlation: correlation.text, blind: try context.blind(), data: .ledger(.configured(data))
        )
        _ = try await context.store.append(
            Proposal(events: [event], consulted: state.consulted, unchanged: [.estate]))
        return []
    }

    /// Has checkpoints cosigned from now on, and lets receipts be asked for that the quorum has cosigned.
    ///
    /// Throws ``WitnessSetupError``: for a policy that cannot work, and when witnesses cosigned what this ledger is not.
    public func engage(_ witnesses: WitnessSetup) async throws {
        let witnessing = try await Witnessing(witnesses, context, releaser)
        ledger.witnessing.withLock { $0 = witnessing }
    }

    /// Sends checkpoints to the witnesses that were engaged, until it is cancelled.
    public func runWitnesses() async { await ledger.witnessing.withLock { $0 }?.run() }

    /// Releases checkpoints, records what no door saw and sums up suppressed requests until it is cancelled.
    public func runTimers() async {
        var seconds = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            seconds += 1
            await unread.record()
            if seconds % Self.checkpointSeconds == 0 { await releaser.releaseIfMoved() }
            if seconds % Self.suppressedSeconds == 0 { await recordSuppressed(closing: false) }
        }
    }

    /// What a stop still has to record. The store is open until this returns.
    public func close() async {
        await unread.record()
        await recordSuppressed(closing: true)
        await releaser.releaseIfMoved()
    }

    private func recordSuppressed(closing: Bool) async {
        let now = context.clock()
        let sums = context.budget.withLock { $0.drain(at: now, closing: closing) }
        guard !sums.isEmpty, let correlation: CommandID = try? context.identifier(at: now) else { return }
        var events: [ProposedEvent] = []
        for sum in sums {
            guard let blind = try? context.blind() else { return }
            events.append(
                ProposedEvent(
                    actor: .service, correlation: correlation.text, blind: blind,
                    data: .access(.requestsSuppressed(sum))))
        }
        _ = try? await context.store.append(Proposal(events: events, consulted: context.store.state.consulted))
    }
}
