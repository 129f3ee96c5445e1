import EventLog
import Glibc
import LedgerCrypto

/// Where a witness lives: a key of its own, its vkey, and the last checkpoint that it cosigned of each log.
///
/// One process at a time has it open: two that do not know of each other could sign two histories.
final class WitnessFolder: Sendable {
    let path: String
    let cosigner: Cosigner
    private let lock: Int32

    enum Failure: Error, CustomStringConvertible {
        case exists(String)
        case absent(String)
        case inUse(String)
        case damaged(String)
        case failed(String)

        var description: String {
            switch self {
            case .exists(let path):
                "\(path) is there already: init makes a new witness and touches nothing that exists."
            case .absent(let path):
                "\(path) holds no witness: 'authledger witness init --state \(path) --name NAME' makes one."
            case .inUse(let path): "Another witness has \(path) open."
            case .damaged(let reason): "\(reason) Nothing is signed: a witness that forgot could sign a second history."
            case .failed(let reason): reason
            }
        }
    }

    /// Makes the folder with a new key.
    static func create(at path: String, name: KeyName) throws -> VerifierKey {
        guard mkdir(path, 0o700) == 0 else {
            throw errno == EEXIST
                ? Failure.exists(path) : Failure.failed("\(path) cannot be made: \(KeyFile.systemError()).")
        }
        guard mkdir("\(path)/logs", 0o700) == 0 else { throw Failure.failed("\(path)/logs cannot be made.") }
        let key = try Ed25519PrivateKey.generate()
        try KeyFile.write(try key.seed(), to: "\(path)/key")
        let cosigner = Cosigner(name: name, privateKey: key)
        // Last: a folder without it is none.
        try AtomicFile(path: "\(path)/vkey").write(Array("\(cosigner.verifierKey.text)\n".utf8))
        return cosigner.verifierKey
    }

    init(at path: String) throws {
        self.path = path
        guard let bytes = try AtomicFile(path: "\(path)/vkey").read() else { throw Failure.absent(path) }
        try KeyFile.checkPrivacy(of: "\(path)/key")
        let key = try Ed25519PrivateKey(seed: try KeyFile.read("\(path)/key", count: 32))
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.last == "\n", let vkey = try? VerifierKey(String(text.dropLast())), vkey.algorithm == .cosignature,
            vkey.publicKey == key.publicKey
        else { throw Failure.damaged("\(path)/vkey is not the vkey of \(path)/key.") }
        cosigner = Cosigner(name: vkey.name, privateKey: key)
        lock = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw Failure.failed("\(path)/lock cannot be opened: \(KeyFile.systemError()).") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw Failure.inUse(path)
        }
    }

    deinit { close(lock) }

    /// Where the last cosigned checkpoint of a log is kept.
    func file(of origin: String) -> AtomicFile { AtomicFile(path: "\(path)/logs/\(Self.name(of: origin))") }

    /// The log's name in paths: the lower-case hex SHA-256 of its origin.
    static func name(of origin: String) -> String { SHA256.hash(Array(origin.utf8)).hex }
}
