import AuthorizationCore
import AuthorizationService
import LedgerCrypto
import Threads

/// A ledger's keys in memory. The cryptography is the real one.
final class FakeKeys: LedgerKeys {
    private struct TokenKeyName: Hashable {
        var environment: EnvironmentName
        var kid: String
    }
    private struct Content {
        var tags: [Int64: HMACKey] = [:]
        var destroyedTags: Set<Int64> = []
        var tokens: [TokenKeyName: TokenSigningKey] = [:]
        var made = 0
        var fails = false
    }

    let checkpointKey: Ed25519PrivateKey
    let indexKey: HMACKey
    let stateKey: HMACKey
    private let content = Locked(Content())

    init() throws {
        checkpointKey = try Ed25519PrivateKey.generate()
        indexKey = HMACKey(try SecretBytes.random(count: 32))
        stateKey = HMACKey(try SecretBytes.random(count: 32))
    }

    func tagKey(epoch: Int64) throws(KeyError) -> HMACKey? {
        if content.withLock({ $0.destroyedTags.contains(epoch) }) { return nil }
        let fresh: HMACKey
        do throws(CryptoError) { fresh = HMACKey(try SecretBytes.random(count: 32)) } catch { throw .crypto(error) }
        return content.withLock { content in
            let key = content.tags[epoch] ?? fresh
            content.tags[epoch] = key
            return key
        }
    }

    func destroyTagKeys(before epoch: Int64) throws(KeyError) -> Int {
        content.withLock { content in
            let over = content.tags.keys.filter { $0 < epoch && !content.destroyedTags.contains($0) }
            content.destroyedTags.formUnion(over)
            return over.count
        }
    }

    /// The epochs whose keys are there.
    var tagEpochs: [Int64] {
        content.withLock { content in content.tags.keys.filter { !content.destroyedTags.contains($0) }.sorted() }
    }

    func tokenKey(environment: EnvironmentName, kid: String) throws(KeyError) -> TokenSigningKey {
        let name = TokenKeyName(environment: environment, kid: kid)
        guard let key = content.withLock({ $0.tokens[name] }) else { throw .missing(kid) }
        return key
    }

    func makeTokenKey(environment: EnvironmentName, algorithm: TokenAlgorithm) throws(KeyError) -> TokenSigningKey {
        if content.withLock({ $0.fails }) { throw .unreadable("no space") }
        let key: TokenSigningKey
        do throws(CryptoError) {
            key = try TokenSigningKey.generate(algorithm.signature)
        } catch {
            throw .crypto(error)
        }
        content.withLock { content in
            content.tokens[TokenKeyName(environment: environment, kid: key.keyID)] = key
            content.made += 1
        }
        return key
    }

    /// How many token keys were made.
    var tokenKeysMade: Int { content.withLock { $0.made } }

    /// No key can be made from now on.
    func breakDown() { content.withLock { $0.fails = true } }

    func destroyTagKey(epoch: Int64) { content.withLock { _ = $0.destroyedTags.insert(epoch) } }
}

extension TokenAlgorithm {
    fileprivate var signature: SignatureAlgorithm {
        switch self {
        case .es256: .es256
        case .rs256: .rs256
        case .edDSA: .edDSA
        }
    }
}
