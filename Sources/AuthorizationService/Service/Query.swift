internal import HTTPMessages

/// The members of a query, each at most once, none unknown.
struct Query {
    private let form: FormURLEncoded
    private var known: Set<String> = []

    init(_ request: HTTPRequest) throws(Problem) {
        do throws(FormError) {
            form = try FormURLEncoded(parsing: request.query ?? "")
        } catch {
            throw Problem(status: 400, title: "The query cannot be read", reason: "malformed")
        }
        if form.repeatedName != nil {
            throw Problem(status: 400, title: "A parameter stands there twice", reason: "repeated_value")
        }
    }

    mutating func text(_ name: String) -> String? {
        known.insert(name)
        return form.first(name)
    }

    func finish() throws(Problem) {
        let unknown = form.fields.map(\.name).filter { !known.contains($0) }
        guard unknown.isEmpty else {
            throw Problem(
                status: 400, title: "There is no such parameter", reason: "unknown_parameter", fields: unknown)
        }
    }
}
