import AuthorizationCore
import AuthorizationService
import EventLog
import Glibc
import LedgerCrypto
import Threads

/// The folder of a ledger's secret keys: one file each, mode 0600, written once and never again.
///
/// `checkpoint`, `state`, `index`, `salt`, `vaults.epoch` (32 bytes each), `tag/<epoch>`, `token/<environment>/<kid>`
/// (PKCS #8). Keys of tags and the epoch key are destroyed when their time is over: overwritten, then unlinked.
final class KeyFolder: LedgerKeys {
    static let keyBytes = 32

    let path: String
    let checkpointKey: Ed25519PrivateKey
    let indexKey: HMACKey
    let stateKey: HMACKey
    /// By epoch; nil where it is known that there is none and never will be.
    private let tagKeys = Locked<[Int64: HMACKey?]>([:])
    private let tokenKeys = Locked<[String: TokenSigningKey]>([:])

    /// Opens the folder that ``create(at:)`` made.
    ///
    /// Refuses a folder or key that other accounts may read: ``KeyError/exposed(_:)``.
    init(at path: String) throws(KeyError) {
        try KeyFile.checkPrivacy(of: path)
        self.path = path
        do {
            checkpointKey = try Ed25519PrivateKey(seed: try KeyFile.read("\(path)/checkpoint", count: Self.keyBytes))
        } catch let error as KeyError {
            throw error
        } catch {
            throw .unreadable("\(path)/checkpoint")
        }
        indexKey = HMACKey(try KeyFile.read("\(path)/index", count: Self.keyBytes))
        stateKey = HMACKey(try KeyFile.read("\(path)/state", count: Self.keyBytes))
    }

    /// Makes the folder and every key that a ledger has from its first day. Nothing may be there yet.
    static func create(at path: String) throws(KeyError) -> KeyFolder {
        guard mkdir(path, 0o700) == 0 else { throw .unreadable("\(path) cannot be made: \(KeyFile.systemError())") }
        for folder in ["token", "tag"] {
            guard mkdir("\(path)/\(folder)", 0o700) == 0 else { throw .unreadable("\(path)/\(folder)") }
        }
        do {
            try KeyFile.write(try Ed25519PrivateKey.generate().seed(), to: "\(path)/checkpoint")
            for name in ["state", "index", "salt", EpochKeyFiles.name] {
                try KeyFile.write(try SecretBytes.random(count: keyBytes), to: "\(path)/\(name)")
            }
        } catch let error as KeyError {
            throw error
        } catch let error as CryptoError {
            throw .crypto(error)
        } catch {
            throw .unreadable(path)
        }
        return try KeyFolder(at: path)
    }

    /// The key under which vault keys are wrapped.
    var epochKeys: EpochKeyFiles { EpochKeyFiles(folder: path) }

    /// What tells whether the index key is the one of a vault file.
    func indexCheck() throws -> Bytes32 { try KeyCheck.value(of: "index", under: indexKey) }

    /// What tells whether the state key is the one of a ledger.
    func stateCheck() throws -> Bytes32 { try KeyCheck.value(of: "state", under: stateKey) }

    func tagKey(epoch: Int64) throws(KeyError) -> HMACKey? {
        if let key = tagKeys.withLock({ $0[epoch] }) { return key }
        return try tagKeys.withLock { (keys) throws(KeyError) -> HMACKey? in
            if let key = keys[epoch] { return key }
            let file = "\(path)/tag/\(epoch)"
            guard let newest = newestTagEpoch() else { return try makeTagKey(file, epoch: epoch, in: &keys) }
            if KeyFile.exists(file) {
                let key = HMACKey(try KeyFile.read(file, count: Self.keyBytes))
                keys[epoch] = key
                return key
            }
            // A gap in the past is a key that was destroyed, or an epoch in which nobody came: neither comes back.
            guard epoch > newest else {
                keys[epoch] = .some(nil)
                return nil
            }
            return try makeTagKey(file, epoch: epoch, in: &keys)
        }
    }

    func destroyTagKeys(before epoch: Int64) throws(KeyError) -> Int {
        let over = KeyFile.names(in: "\(path)/tag").compactMap { Int64($0) }.filter { $0 < epoch }.sorted()
        for epoch in over {
            // Inside the lock: nobody may read the key again while it goes.
            try tagKeys.withLock { (keys) throws(KeyError) in
                keys[epoch] = .some(nil)
                try KeyFile.destroy("\(path)/tag/\(epoch)")
            }
        }
        return over.count
    }

    private func makeTagKey(
        _ file: String, epoch: Int64, in keys: inout [Int64: HMACKey?]
    ) throws(KeyError) -> HMACKey {
        do {
            let secret = try SecretBytes.random(count: Self.keyBytes)
            let key = HMACKey(secret)
            try KeyFile.write(secret, to: file)
            keys[epoch] = key
            return key
        } catch let error as KeyError {
            throw error
        } catch let error as CryptoError {
            throw .crypto(error)
        } catch {
            throw .unreadable(file)
        }
    }

    private func newestTagEpoch() -> Int64? {
        KeyFile.names(in: "\(path)/tag").compactMap { Int64($0) }.max()
    }

    func tokenKey(environment: EnvironmentName, kid: String) throws(KeyError) -> TokenSigningKey {
        let name = "\(environment.text)/\(kid)"
        if let key = tokenKeys.withLock({ $0[name] }) { return key }
        do {
            let key = try TokenSigningKey(pkcs8: try KeyFile.read("\(path)/token/\(name)"))
            tokenKeys.withLock { $0[name] = key }
            return key
        } catch let error as KeyError {
            throw error
        } catch {
            throw .unreadable("\(path)/token/\(name)")
        }
    }

    func makeTokenKey(
        environment: EnvironmentName, algorithm: TokenAlgorithm
    ) throws(KeyError) -> TokenSigningKey {
        let folder = "\(path)/token/\(environment.text)"
        if !KeyFile.exists(folder) {
            guard mkdir(folder, 0o700) == 0 else { throw .unreadable(folder) }
            try KeyFile.syncFolder("\(path)/token")
        }
        do {
            let key = try TokenSigningKey.generate(algorithm.signature)
            try KeyFile.write(try key.pkcs8(), to: "\(folder)/\(key.keyID)")
            tokenKeys.withLock { $0["\(environment.text)/\(key.keyID)"] = key }
            return key
        } catch let error as KeyError {
            throw error
        } catch let error as CryptoError {
            throw .crypto(error)
        } catch {
            throw .unreadable(folder)
        }
    }
}

extension TokenAlgorithm {
    var signature: SignatureAlgorithm {
        switch self {
        case .es256: .es256
        case .rs256: .rs256
        case .edDSA: .edDSA
        }
    }
}
