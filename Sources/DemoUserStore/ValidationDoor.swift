import CanonicalJSON
import HTTPMessages
import LedgerCrypto

/// The store over HTTP: `POST /validate` with `username` and `password`, and `GET /healthz`.
///
/// Other fields of a question are ignored: what an app sends along is not the store's business.
struct ValidationDoor: Sendable {
    enum Outcome: String {
        case accepted, rejected, malformed, failed
    }

    let store: UserStore
    /// Told about every question to `/validate`. It never learns who asked for whom.
    let note: @Sendable (Outcome) -> Void

    func answer(_ request: HTTPRequest) -> HTTPResponse {
        switch (request.pathSegments, request.method) {
        case (["validate"], "POST"):
            let (outcome, response) = validate(request)
            note(outcome)
            return response
        case (["validate"], _): return .text("POST only\n", status: 405, fields: ["Allow": "POST"])
        case (["healthz"], "GET"), (["healthz"], "HEAD"): return .text("ok\n")
        case (["healthz"], _): return .text("GET only\n", status: 405, fields: ["Allow": "GET, HEAD"])
        default: return .text("not found\n", status: 404)
        }
    }

    private func validate(_ request: HTTPRequest) -> (Outcome, HTTPResponse) {
        guard let question = Question(request) else {
            return (.malformed, .text("username and password are needed, once each\n", status: 400))
        }
        do throws(CryptoError) {
            guard let user = try store.validate(name: question.name, password: question.password) else {
                return (.rejected, .text("wrong\n", status: 401))
            }
            var answer: JSONObject = ["extraInfo": .object(user.extraInfo)]
            if let subject = user.subject { answer["subject"] = .string(subject) }
            return (.accepted, .json(JSON.canonicalBytes(of: .object(answer)), fields: ["Cache-Control": "no-store"]))
        } catch {
            return (.failed, .text("the store cannot tell\n", status: 500))
        }
    }
}

/// Who somebody says to be, and the password that is to prove it.
private struct Question: ~Copyable {
    let name: String
    let password: SecretBytes

    /// Nil unless the body is JSON or a form with each of the two exactly once.
    init?(_ request: HTTPRequest) {
        guard request.fields.count(of: "Content-Type") == 1, let field = request.fields.first("Content-Type"),
            let type = try? MediaType(parsing: field)
        else { return nil }
        let (name, password): (String?, String?)
        switch type.essence {
        case "application/json":
            let object = (try? JSON.parse(request.body, grammar: .foreign))?.objectValue
            (name, password) = (object?["username"]?.stringValue, object?["password"]?.stringValue)
        case "application/x-www-form-urlencoded":
            guard let form = try? FormURLEncoded(parsing: request.body), form.repeatedName == nil else { return nil }
            (name, password) = (form.first("username"), form.first("password"))
        default:
            return nil
        }
        guard let name, let password, !name.isEmpty else { return nil }
        self.name = name
        self.password = SecretBytes(copying: Array(password.utf8))
    }
}
