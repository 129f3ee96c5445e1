public import AuthorizationCore
public import EventLog
public import IdentityClient
public import LedgerCrypto
public import Threads

/// What every door of the service stands on: the log, the keys, the clock, the outside.
///
/// It is the only place from which the service reads a clock or draws a random number; decisions get both as values.
public final class ServiceContext: Sendable {
    public let store: any EventStore
    public let vaults: any Vaults
    public let keys: any LedgerKeys
    public let identities: IdentityHTTPClient
    public let slots: IdentitySlots
    public let configuration: ServiceConfiguration
    public let clock: @Sendable () -> Timestamp
    /// Whether ``clock`` may be believed.
    public let serviceClock: ServiceClock
    /// Lets so much time pass.
    public let pause: @Sendable (Duration) async -> Void
    /// Failed guesses and decisions in flight. The store's writer folds every commit into the same table.
    public let throttles: Locked<ThrottleTable>
    /// What is no longer believed. The store's writer folds every commit into the same table.
    public let revocations: Locked<RevocationTable>
    public let budget = Locked(RecordingBudget())
    public let counters = ServiceCounters()
    let opened = OpenedValues()
    let routes = IdentityRoutes()
    let breakers = IdentityBreakers()
    let accounts = AccountStandings()
    let tokens = IssuedTokens()

    public init(
        store: any EventStore, vaults: any Vaults, keys: any LedgerKeys, identities: IdentityHTTPClient,
        slots: IdentitySlots = IdentitySlots(), configuration: ServiceConfiguration,
        throttles: Locked<ThrottleTable>, revocations: Locked<RevocationTable> = Locked(RevocationTable()),
        clock: @escaping @Sendable () -> Timestamp,
        monotonic: @escaping @Sendable () -> Int64 = ServiceClock.systemMonotonic,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.store = store
        self.vaults = vaults
        self.keys = keys
        self.identities = identities
        self.slots = slots
        self.configuration = configuration
        self.throttles = throttles
        self.revocations = revocations
        self.clock = clock
        self.pause = pause
        serviceClock = ServiceClock(store: store, wall: clock, monotonic: monotonic)
    }

    /// A new identifier that sorts by time.
    public func identifier<Kind: IdentifierKind>(
        of kind: Kind.Type = Kind.self, at time: Timestamp
    ) throws(CryptoError) -> Identifier<Kind> {
        let random = try randomBits()
        return Identifier(milliseconds: time.microseconds / 1_000, random: random)
    }

    /// A new identifier that says nothing about when it was drawn.
    public func randomIdentifier<Kind: IdentifierKind>(of kind: Kind.Type = Kind.self) throws(CryptoError)
        -> Identifier<
            Kind
        >
    {
        Identifier(bits: try randomBits())
    }

    public func blind() throws(CryptoError) -> Bytes16 {
        let bits = try randomBits()
        return Bytes16(high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
    }

    private func randomBits() throws(CryptoError) -> UInt128 {
        let high = try SecureRandom.uint64()
        let low = try SecureRandom.uint64()
        return UInt128(high) << 64 | UInt128(low)
    }
}
