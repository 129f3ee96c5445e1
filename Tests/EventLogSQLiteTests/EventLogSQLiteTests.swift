import AuthorizationCore
import EventLog
import EventLogSQLite
import Testing

/// SQLite stores in files of their own.
final class SQLiteStoreFactory: StoreFactory {
    let folder = TemporaryFolder()

    func make(
        first: [ProposedEvent], clock: TestClock, maximumQueuedEvents: Int, urgentShare: Int
    ) async throws -> any EventStore {
        let path = folder.file("ledger")
        try SQLiteEventStore.create(at: path, first: first) { clock.read() }
        var configuration = StoreConfiguration()
        configuration.maximumQueuedEvents = maximumQueuedEvents
        configuration.urgentShare = urgentShare
        return try SQLiteEventStore.open(at: path, configuration: configuration) { clock.read() }
    }

    func reopen(_ store: any EventStore, clock: TestClock) async throws -> any EventStore {
        try SQLiteEventStore.open(at: folder.file("ledger")) { clock.read() }
    }
}

@Suite struct SQLiteContractTests {
    @Test(arguments: EventStoreContract.rules)
    func `the SQLite store keeps what every store promises`(_ rule: ContractRule) async throws {
        try await rule.check(SQLiteStoreFactory())
    }
}
