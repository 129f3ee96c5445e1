import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import CommandLineTools
import EventLog
import EventLogSQLite
import Glibc
import LedgerCrypto
import Threads

/// `authledger init`: makes a ledger, its keys and its first operator.
struct InitCommand {
    static let declaration = Command(
        "init", "Creates a ledger and its keys, and prints the first operator's key once.",
        options: [
            .value("ledger", "FILE", "Where the ledger will be; nothing may be there yet.", isRequired: true),
            .value("origin", "NAME", "The log's name in checkpoints, such as example.com/ledger.", isRequired: true),
            .value("keys", "DIR", "Where the keys will be (FILE.keys)."),
            .value("vaults", "FILE", "Where vault keys and the directory will be (FILE.vaults)."),
        ],
        examples: [
            Command.Example(
                "authledger init --ledger ledger.db --origin example.com/ledger",
                "Prints {\"operator\", \"key\", \"vkey\"}. The key is shown only now.")
        ])

    let ledger: String
    let origin: EventLog.KeyName
    let keys: String
    let vaults: String

    init(_ arguments: Arguments) throws {
        ledger = arguments.value("ledger") ?? ""
        keys = arguments.value("keys") ?? "\(ledger).keys"
        vaults = arguments.value("vaults") ?? "\(ledger).vaults"
        guard let text = arguments.value("origin"), let name = EventLog.KeyName(text), !text.hasSuffix("/"),
            !text.contains("://")
        else {
            throw arguments.error(
                "--origin must be a name without white space, '+' or scheme, such as example.com/ledger")
        }
        origin = name
    }

    func run(_ console: Console) throws -> ExitStatus {
        for path in [ledger, keys, vaults] where KeyFile.exists(path) {
            throw CommandFailure("\(path) is there already: init makes a new ledger and touches nothing that exists.")
        }
        do {
            let folder = try KeyFolder.create(at: keys)
            let now = Timestamp(microseconds: wallClockMicroseconds())
            let (events, operatorID, secret, vkey) = try firstEvents(folder, at: now)
            try VaultStore.create(
                at: vaults, keys: folder.epochKeys, indexCheck: try folder.indexCheck(), at: now)
            try SQLiteEventStore.create(at: ledger, first: events, stateCheck: try folder.stateCheck()) { now }
            var json = JSONWriter()
            json.beginObject()
            json.name("key")
            json.string(OperatorKey.text(of: operatorID, secret: secret))
            json.name("operator")
            json.string(operatorID.text)
            json.name("vkey")
            json.string(vkey)
            json.endObject()
            console.print(bytes: json.bytes)
            console.print("")
            console.say("The key above is shown only now: it lets its holder manage everything.")
            return .fine
        } catch let error as OpenError {
            throw CommandFailure("\(error)\(remainder)")
        } catch let error as KeyError {
            throw CommandFailure("The keys could not be made: \(error).\(remainder)")
        }
    }

    /// What a failed run leaves behind. None of it is removed: another run may have made it in the same moment.
    private var remainder: String {
        let left = [keys, vaults, ledger].filter(KeyFile.exists)
        guard !left.isEmpty else { return "" }
        return " It left \(left.joined(separator: ", ")) unfinished: remove this before init is run again."
    }

    private func firstEvents(
        _ folder: KeyFolder, at now: Timestamp
    ) throws -> (events: [ProposedEvent], id: OperatorID, secret: String, vkey: String) {
        let vkey = NoteSigner(name: origin, privateKey: folder.checkpointKey).verifierKey.description
        let secret = try IssuedSecret.draw()
        let id = OperatorID(milliseconds: now.microseconds / 1_000, random: UInt128(try SecureRandom.uint64()))
        let correlation = CommandID(milliseconds: now.microseconds / 1_000, random: UInt128(try SecureRandom.uint64()))

        var created = LedgerCreated()
        created.origin = origin.text
        created.verifierKey = vkey
        var added = OperatorAdded()
        added.id = id
        added.name = Name(text: "first operator") ?? Name()
        added.roles = Role.allCases
        added.key = SecretDigest(
            id: CredentialID(milliseconds: now.microseconds / 1_000, random: UInt128(try SecureRandom.uint64())),
            digest: secret.digest)
        added.expiresAt = now.advanced(bySeconds: 90 * 86_400)
        let events: [EventData] = [.ledger(.created(created)), .operators(.added(added))]
        return (
            try events.map { data in
                ProposedEvent(
                    actor: .service, correlation: correlation.text,
                    blind: Bytes16(high: try SecureRandom.uint64(), low: try SecureRandom.uint64()), data: data)
            }, id, secret.text, vkey
        )
    }
}
