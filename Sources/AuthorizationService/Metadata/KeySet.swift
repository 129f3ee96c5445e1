internal import AuthorizationCore
internal import CanonicalJSON
internal import LedgerCrypto

/// The public token keys of one environment (RFC 7517, section 5), in the order in which they were added.
///
/// A key is in the set from when it is added, so that nobody meets a token of a key he has not seen, until it is retired
/// or known to be compromised.
struct KeySet: Equatable {
    struct Entry: Equatable {
        let kid: String
        let key: PublicJWK
    }

    let entries: [Entry]

    init(of environment: EnvironmentName, in estate: Estate) {
        entries = estate.keys.values
            .filter { key in
                key.name.use == .token && key.name.environment == environment && key.retiredAt == nil
                    && key.compromisedSince == nil
            }
            .sorted { $0.addedAt < $1.addedAt }
            .compactMap { key in
                // Read and written anew, so that nothing but the members of a public key goes out. What is none
                // verifies nothing and is left out.
                guard let text = key.publicKey, let object = try? JSON.parse(Array(text.utf8)).objectValue,
                    let publicKey = try? PublicJWK(member: { object[$0]?.stringValue })
                else { return nil }
                return Entry(kid: key.name.kid, key: publicKey)
            }
    }

    var json: [UInt8] {
        var json = JSONWriter(reservingCapacity: 512)
        json.beginObject()
        json.name("keys")
        json.beginArray()
        for entry in entries {
            let members =
                entry.key.members + [
                    ("alg", entry.key.algorithm.rawValue), ("kid", entry.kid), ("use", "sig"),
                ]
            json.beginObject()
            for member in members.sorted(by: { $0.name < $1.name }) {
                json.name(member.name)
                json.string(member.value)
            }
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }
}
