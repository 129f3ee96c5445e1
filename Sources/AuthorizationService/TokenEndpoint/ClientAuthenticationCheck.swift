internal import AuthorizationCore
internal import HTTPMessages
internal import LedgerCrypto

/// Finds the app that the request names and the secret that matches.
///
/// An app that does not exist takes as long as one whose secret is wrong: a digest is compared all the same.
func authenticateClient(_ fields: HTTPFields, in estate: Estate, at now: Timestamp) -> ClientAuthentication {
    var result = ClientAuthentication()
    guard let presented = BasicCredentials.read(fields) else { return result }
    result.method = .clientSecretBasic
    let app = AppID(text: presented.id).flatMap { estate.apps[$0] }
    result.app = app?.id
    guard let app else {
        _ = IssuedSecret.matches(presented.secret, Bytes32())
        return result
    }
    for secret in app.secrets where secret.holdsUntil.map({ $0 > now }) ?? true {
        if IssuedSecret.matches(presented.secret, secret.secret.digest) { result.credential = secret.secret.id }
    }
    return result
}
