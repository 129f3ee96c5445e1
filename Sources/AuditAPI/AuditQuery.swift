internal import HTTPMessages

/// The parameters of a question, none unknown; those that may repeat are asked for as such.
struct AuditQuery {
    private let form: FormURLEncoded
    private var known: Set<String> = []

    init(_ query: String?) throws(AuditQueryError) {
        do throws(FormError) {
            form = try FormURLEncoded(parsing: query ?? "")
        } catch {
            throw AuditQueryError("The query cannot be read", "malformed", [])
        }
    }

    mutating func values<Value>(_ name: String, _ read: (String) -> Value?) throws(AuditQueryError) -> [Value] {
        known.insert(name)
        var values: [Value] = []
        for field in form.fields where field.name == name {
            guard let value = read(field.value) else {
                throw AuditQueryError("A parameter has a value that it cannot have", "malformed", [name])
            }
            values.append(value)
        }
        return values
    }

    mutating func value<Value>(_ name: String, _ read: (String) -> Value?) throws(AuditQueryError) -> Value? {
        let values = try values(name, read)
        guard values.count <= 1 else {
            throw AuditQueryError("A parameter stands there twice", "repeated_value", [name])
        }
        return values.first
    }

    mutating func needed(_ name: String) throws(AuditQueryError) -> String {
        guard let value = try value(name, { $0.isEmpty ? nil : $0 }) else {
            throw AuditQueryError("A parameter is missing", "missing", [name])
        }
        return value
    }

    func finish() throws(AuditQueryError) {
        let unknown = form.fields.map(\.name).filter { !known.contains($0) }
        guard unknown.isEmpty else { throw AuditQueryError("There is no such parameter", "unknown_parameter", unknown) }
    }
}

/// What is wrong with a question.
struct AuditQueryError: Error {
    let title: String
    let reason: String
    let fields: [String]

    init(_ title: String, _ reason: String, _ fields: [String]) {
        self.title = title
        self.reason = reason
        self.fields = fields
    }
}
