internal import AuthorizationCore
internal import EventLog
internal import HTTPMessages
internal import LedgerCrypto

/// Who stands at the door of introspection or revocation: an app, or an API by one of its credentials.
enum TokenAsker: Sendable {
    case app(App)
    case api(API)

    var id: String {
        switch self {
        case .app(let app): app.id.text
        case .api(let api): api.id.text
        }
    }

    var actor: Actor {
        switch self {
        case .app(let app): .app(app.id)
        case .api(let api): Actor(kind: .api, id: api.id.text)
        }
    }

    /// The asker that HTTP Basic names and whose secret matches (RFC 6749, section 2.3.1); nil for nobody.
    init?(_ fields: HTTPFields, in estate: Estate, at now: Timestamp) {
        let client = authenticateClient(fields, in: estate, at: now)
        if let id = client.app, client.credential != nil, let app = estate.apps[id], app.retiredAt == nil {
            self = .app(app)
            return
        }
        guard let presented = BasicCredentials.read(fields), let id = APIID(text: presented.id),
            let api = estate.apis[id], api.retiredAt == nil,
            // Every one is compared, whichever matches.
            api.credentials.filter({ IssuedSecret.matches(presented.secret, $0.digest) }).count > 0
        else { return nil }
        self = .api(api)
    }
}

extension ServiceContext {
    /// Records that an asker was refused, or nobody known; false when it could not be recorded.
    func record(
        _ refusal: TokenDoorRefusal, of command: String, by asker: TokenAsker?, _ request: HTTPRequest
    ) async -> Bool {
        let door = ManagementDoor(context: self)
        guard let asker else { return await door.recordStranger(command: command, request) }
        return await door.record(
            refusal: refusal.reason, status: Int(refusal.answer.status), of: command, by: asker.actor,
            target: refusal.target)
    }
}
