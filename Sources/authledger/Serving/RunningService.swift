import AuthorizationCore
import AuthorizationService
import CommandLineTools
import EventLog
import EventLogSQLite
import Glibc
import HTTPMessages
import HTTPServer
import IdentityClient
import LedgerCrypto
import Threads

/// The whole service while it runs: store, vaults, clients, server, timers, in the order in which they start and end.
final class RunningService: Sendable {
    let port: UInt16
    private let store: SQLiteEventStore
    private let vaults: VaultStore
    private let identities: IdentityHTTPClient
    private let server: Server
    private let service: LedgerService
    private let timers: Task<Void, Never>
    let retention: Retention
    private let retaining: Task<Void, Never>
    private let accessLog: AccessLog?
    private let tls: TLSIdentity?

    private init(
        port: UInt16, store: SQLiteEventStore, vaults: VaultStore, identities: IdentityHTTPClient, server: Server,
        service: LedgerService, timers: Task<Void, Never>, retention: Retention, accessLog: AccessLog?,
        tls: TLSIdentity?
    ) {
        self.port = port
        self.store = store
        self.vaults = vaults
        self.identities = identities
        self.server = server
        self.service = service
        self.timers = timers
        self.retention = retention
        retaining = Task { await retention.run() }
        self.accessLog = accessLog
        self.tls = tls
    }

    /// `ahead`, in microseconds, is how far in the future the service believes to be: what takes a month is tested so.
    static func start(
        _ options: ServeOptions, _ console: Console, ahead: Int64 = 0
    ) async throws -> RunningService {
        let clock: @Sendable () -> Timestamp = { Timestamp(microseconds: wallClockMicroseconds() + ahead) }
        let tls = try options.tls.map(TLSIdentity.init)
        let keys = try KeyFolder(at: options.keys)
        let projection = ServiceProjection()
        let store = try SQLiteEventStore.open(
            at: options.ledger, projection: projection, stateCheck: try keys.stateCheck(), clock: clock)
        do {
            try check(store.state.estate, options)
            try check(keys, of: store.state.estate, options)
        } catch {
            await store.stop()
            throw error
        }
        let vaults = try await openVaults(options, keys, closing: store)
        var clientConfiguration = IdentityHTTPClient.Configuration(policy: options.destinations)
        clientConfiguration.policy = options.destinations
        let identities = try IdentityHTTPClient(clientConfiguration)

        var configuration = ServiceConfiguration(baseURL: options.baseURL, destinations: options.destinations)
        configuration.trustedProxies = Set(options.trustedProxies)
        configuration.minimumFreeBytes = options.minimumFreeBytes
        let freeSpace = FreeSpace(of: options.ledger)
        configuration.freeBytes = { freeSpace.bytes }
        var limits = IdentitySlots.Limits()
        limits.maximumWaiting = 1_024
        let context = ServiceContext(
            store: store, vaults: vaults, keys: keys, identities: identities, slots: IdentitySlots(limits: limits),
            configuration: configuration, throttles: projection.throttles.table,
            revocations: projection.revocations.table,
            clock: clock)
        let rested = clock().microseconds - store.state.recordedAt.microseconds
        if let note = context.serviceClock.judgement.note(sinceNewestEvent: rested) { console.say(note) }
        let serverCounters = Locked<(@Sendable () -> ServerCounters)?>(nil)
        let retention = Retention(context, vaults: vaults, facts: projection.retention) { line in
            // A console belongs to one thread; this is another one's.
            Console().say(line)
        }
        let service = LedgerService(context) {
            let counters = serverCounters.withLock { $0 }.map { Metric.list(of: $0()) } ?? []
            return counters + retention.metrics + (tls.map { [Metric.certificateEnd($0.certificateEnd)] } ?? [])
        }
        // Before anything is served: what the log says has ended must not open again, whatever file was put back.
        try await retention.applyRecord()
        let ignored = try await service.configureOnce(
            userLimit: options.throttleUser.map { ($0.count, $0.seconds) },
            appLimit: options.throttleApp.map { ($0.count, $0.seconds) })
        for option in ignored {
            console.say("--\(option) is not followed: the ledger has a limit of its own, which holds.")
        }

        let accessLog = options.isQuiet ? nil : AccessLog()
        var serverConfiguration = ServerConfiguration()
        serverConfiguration.tls = tls
        serverConfiguration.isExempt = { service.isProxy($0) }
        serverConfiguration.onRefusal = { service.note($0) }
        if let accessLog { serverConfiguration.onAccess = { accessLog.note($0) } }
        let server = Server(configuration: serverConfiguration) { request in
            var request = request
            request.receivedAt += ahead
            return await service.answer(request)
        }
        let port = try server.start(host: options.host, port: options.port)
        serverCounters.withLock { $0 = { server.counters } }
        let timers = Task { await service.runTimers() }
        return RunningService(
            port: port, store: store, vaults: vaults, identities: identities, server: server, service: service,
            timers: timers, retention: retention, accessLog: accessLog, tls: tls)
    }

    /// Opens the vault file; the store is stopped when that fails.
    private static func openVaults(
        _ options: ServeOptions, _ keys: KeyFolder, closing store: SQLiteEventStore
    ) async throws -> VaultStore {
        do {
            return try VaultStore.open(
                at: options.vaults, keys: keys.epochKeys, indexCheck: try keys.indexCheck())
        } catch {
            await store.stop()
            throw error
        }
    }

    /// An issuer is fixed when its environment is created: a base URL that does not fit would break every token.
    private static func check(_ estate: Estate, _ options: ServeOptions) throws {
        for environment in estate.environments.values
        where environment.issuer != "\(options.baseURL)/\(environment.name.text)" {
            throw CommandFailure(
                "The environment \(environment.name.text) has the issuer \(environment.issuer): --base-url must be its "
                    + "beginning.", .usage)
        }
    }

    /// A checkpoint that another key signed would be refused by everybody who holds the ledger's.
    private static func check(_ keys: KeyFolder, of estate: Estate, _ options: ServeOptions) throws {
        let own = EventLog.KeyName(estate.ledger.origin).map {
            NoteSigner(name: $0, privateKey: keys.checkpointKey).verifierKey.text
        }
        guard own == estate.ledger.verifierKey else {
            throw CommandFailure(
                "The checkpoint key in \(options.keys) is not the key of \(options.ledger): give the folder that init "
                    + "made with this ledger as --keys.")
        }
    }

    /// Reads the files of the server's certificate again, and says how that went.
    func reloadCertificate() -> String {
        guard let tls else { return "there is no certificate to read again" }
        do throws(TLSError) {
            try tls.reload()
            return "the certificate was read again"
        } catch {
            return "the certificate stays the one from before: \(error)"
        }
    }

    /// Finishes what was begun, then closes in the opposite order.
    func stop() async {
        await server.stop()
        timers.cancel()
        retaining.cancel()
        await timers.value
        await retaining.value
        await service.close()
        identities.stop()
        await store.stop()
        await vaults.close()
        accessLog?.close()
    }
}
