import AuthorizationCore
import AuthorizationService
import EventLog
import HTTPMessages
import IdentityClient
import LedgerCrypto
import Testing
import Threads

/// The core has key names too.
typealias NoteKeyName = EventLog.KeyName

/// A service over a ``DoorsStore``: its doors, its clock, and who may come in.
final class DoorsService: Sendable {
    static let origin = "ledger.example/test"
    private static let identities = Result { try IdentityHTTPClient() }

    let store: DoorsStore
    let keys: DoorsKeys
    let context: ServiceContext
    let releaser: CheckpointReleaser
    let ledger: LedgerDoor
    let clock: Locked<Timestamp>
    let monotonic = Locked<Int64>(5_000_000)
    let freeBytes = Locked<Int64>(1 << 40)

    /// With a log that holds `ledger.created` already, unless it is one that goes on.
    init(_ store: DoorsStore? = nil, keys: DoorsKeys? = nil) throws {
        let keys = try keys ?? DoorsKeys()
        self.keys = keys
        if let store {
            self.store = store
        } else {
            self.store = DoorsStore()
            var created = LedgerCreated()
            created.origin = Self.origin
            created.verifierKey = try Self.verifierKey(keys).text
            try self.store.record(.ledger(.created(created)))
        }
        let clock = Locked(Timestamp(microseconds: 1_790_000_001_000_000))
        self.clock = clock
        let freeBytes = freeBytes
        let monotonic = monotonic
        var configuration = ServiceConfiguration(baseURL: "https://auth.example")
        configuration.freeBytes = { freeBytes.withLock { $0 } }
        context = ServiceContext(
            store: self.store, vaults: DoorsVaults(), keys: keys, identities: try Self.identities.get(),
            configuration: configuration, throttles: Locked(ThrottleTable()), clock: { clock.withLock { $0 } },
            monotonic: { monotonic.withLock { $0 } })
        releaser = CheckpointReleaser(context)
        ledger = LedgerDoor(context, releaser: releaser)
    }

    static func verifierKey(_ keys: DoorsKeys) throws -> VerifierKey {
        VerifierKey(
            name: try #require(NoteKeyName(origin)), algorithm: .ed25519, publicKey: keys.checkpointKey.publicKey)
    }

    func pass(milliseconds: Int64) {
        clock.withLock { $0.microseconds += milliseconds * 1_000 }
    }

    static func request(_ path: String, method: String = "GET", fields: HTTPFields = [:]) throws -> HTTPRequest {
        HTTPRequest(method: method, target: try RequestTarget(parsing: path), fields: fields)
    }

    func ledger(_ path: String, method: String = "GET", fields: HTTPFields = [:]) async throws -> HTTPResponse {
        await ledger.answer(try Self.request(path, method: method, fields: fields))
    }

    /// Adds an operator and returns the field that lets him in.
    func addOperator(_ number: UInt64, roles: [Role], expired: Bool = false) throws -> (OperatorID, HTTPFields) {
        let secret = try IssuedSecret.draw()
        var data = OperatorAdded()
        data.id = OperatorID(milliseconds: Int64(number), random: UInt128(number))
        data.roles = roles
        data.name = try #require(Name(text: "operator \(number)"))
        data.key = SecretDigest(id: CredentialID(bits: UInt128(number)), digest: secret.digest)
        data.expiresAt = clock.withLock { $0 }.advanced(bySeconds: expired ? -1 : 3_600)
        try store.record(.operators(.added(data)))
        return (data.id, ["Authorization": "Bearer \(OperatorKey.text(of: data.id, secret: secret.text))"])
    }

    /// Adds an app and returns the field that lets it in.
    func addApp(_ number: UInt64) throws -> (AppID, HTTPFields) {
        let secret = try IssuedSecret.draw()
        var data = AppRegistered()
        data.app = AppID(milliseconds: Int64(number), random: UInt128(number))
        data.content.name = try #require(Name(text: "app \(number)"))
        data.secret = SecretDigest(id: CredentialID(bits: UInt128(number)), digest: secret.digest)
        try store.record(.apps(.registered(data)))
        let credentials = Base64.encode(Array("\(data.app.text):\(secret.text)".utf8))
        return (data.app, ["Authorization": "Basic \(credentials)"])
    }

    func issueToken(to app: AppID) throws -> Position {
        var issued = TokenIssued()
        issued.claims.clientID = app
        issued.claims.issuer = "https://auth.example/prod"
        return try store.record(.tokens(.issued(issued)))
    }
}

struct DoorsKeys: LedgerKeys {
    let checkpointKey: Ed25519PrivateKey
    let indexKey: HMACKey
    let stateKey: HMACKey

    init() throws {
        checkpointKey = try .generate()
        indexKey = HMACKey(try .random(count: 32))
        stateKey = HMACKey(try .random(count: 32))
    }

    func tagKey(epoch: Int64) throws(KeyError) -> HMACKey? { nil }
    func destroyTagKeys(before epoch: Int64) throws(KeyError) -> Int { 0 }
    func tokenKey(environment: EnvironmentName, kid: String) throws(KeyError) -> TokenSigningKey {
        throw .missing(kid)
    }
    func makeTokenKey(environment: EnvironmentName, algorithm: TokenAlgorithm) throws(KeyError) -> TokenSigningKey {
        throw .missing("no token keys here")
    }
}

struct DoorsVaults: Vaults {
    func account(for entry: Bytes32) async throws(VaultError) -> DirectoryAccount { throw .unavailable("none") }
    func dayVault(_ day: Int64) async throws(VaultError) -> VaultID { throw .unavailable("none") }
    func ledgerVault() async throws(VaultError) -> VaultID { throw .unavailable("none") }
    func seal(
        _ value: [UInt8], field: String, blind: Bytes16, vault: VaultID
    ) async throws -> Sealed { throw VaultError.unavailable("none") }
    func open(
        _ record: [UInt8], of sealed: SealedValue, field: String, blind: Bytes16
    ) async throws(VaultError) -> [UInt8]? { nil }
}

/// The definitions of RFC 6962, section 2.1, word for word: slow, and sharing nothing with what is tested but SHA-256.
enum NaiveTree {
    static func root(_ leaves: ArraySlice<SHA256Digest>) -> SHA256Digest {
        if leaves.isEmpty { return SHA256.hash([]) }
        if leaves.count == 1 { return leaves[leaves.startIndex] }
        let middle = leaves.startIndex + split(leaves.count)
        return node(root(leaves[..<middle]), root(leaves[middle...]))
    }

    static func path(_ index: Int, _ leaves: ArraySlice<SHA256Digest>) -> [SHA256Digest] {
        if leaves.count <= 1 { return [] }
        let count = split(leaves.count)
        let middle = leaves.startIndex + count
        return index < count
            ? path(index, leaves[..<middle]) + [root(leaves[middle...])]
            : path(index - count, leaves[middle...]) + [root(leaves[..<middle])]
    }

    private static func split(_ count: Int) -> Int {
        var power = 1
        while power * 2 < count { power *= 2 }
        return power
    }

    private static func node(_ left: SHA256Digest, _ right: SHA256Digest) -> SHA256Digest {
        SHA256.hash([1] + left.bytes + right.bytes)
    }
}
