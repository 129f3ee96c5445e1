internal import AuthorizationCore
internal import CanonicalJSON
internal import HTTPMessages

/// Where a write stands in the log.
struct LedgerPlace: Sendable {
    var position: Position
    /// In lower-case hexadecimal.
    var leafHash: String
}

/// Answers that show things of one estate.
struct EstateAnswer {
    /// The position that an answer reflects, and, in a request, the one that a command was planned on.
    static let consultedField = "Ledger-Consulted"

    let view: EstateView
    private let size: Position

    init(_ estate: Estate, size: Position) {
        view = EstateView(estate: estate)
        self.size = size
    }

    /// The thing as GET shows it, where it stands in the log, and secrets that are shown this once.
    func response(
        showing subject: CommandSubject, status: Int, ledger: LedgerPlace?, secrets: [(name: String, text: String)] = []
    ) -> HTTPResponse {
        // Only an operator can be gone after a command about him.
        var shown = view.object(of: subject) ?? ["id": .string(subject.text), "removed": .boolean(true)]
        if let ledger {
            shown["ledger"] = .object([
                "leaf_hash": .string(ledger.leafHash), "position": .integer(ledger.position.value),
            ])
        }
        for secret in secrets { shown[secret.name] = .string(secret.text) }
        return response(.object(shown), status: status)
    }

    func response(_ value: JSONValue, status: Int = 200) -> HTTPResponse {
        .json(
            JSON.canonicalBytes(of: value), status: status,
            fields: ["Cache-Control": "no-store", Self.consultedField: "\(size)"])
    }
}
