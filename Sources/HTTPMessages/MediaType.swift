/// Why a `Content-Type` was refused.
public enum MediaTypeError: Error, Equatable, Sendable {
    case malformed
    /// A `charset` other than UTF-8: reading such text as UTF-8 would give it another meaning.
    case unsupportedCharset
}

/// A media type with its parameters (RFC 9110, section 8.3.1), with names in lower case.
public struct MediaType: Equatable, Sendable {
    public struct Parameter: Equatable, Sendable {
        public let name: String
        public let value: String
    }

    public let type: String
    public let subtype: String
    public let parameters: [Parameter]

    /// `type/subtype` in lower case, without parameters.
    public var essence: String { "\(type)/\(subtype)" }

    /// Reads a field value such as `application/json; charset=utf-8`. A parameter may stand there once.
    public init(parsing text: String) throws(MediaTypeError) {
        var rest = text[...]
        let type = Self.takeToken(&rest)
        guard rest.first == "/" else { throw .malformed }
        rest.removeFirst()
        let subtype = Self.takeToken(&rest)
        guard !type.isEmpty, !subtype.isEmpty else { throw .malformed }

        var parameters: [Parameter] = []
        rest = rest.trimmingOptionalWhitespace()
        while rest.first == ";" {
            rest = rest.dropFirst().trimmingOptionalWhitespace()
            if rest.isEmpty || rest.first == ";" { continue }
            let parameter = try Self.takeParameter(&rest)
            guard !parameters.contains(where: { $0.name == parameter.name }) else { throw .malformed }
            parameters.append(parameter)
            rest = rest.trimmingOptionalWhitespace()
        }
        guard rest.isEmpty else { throw .malformed }
        if let charset = parameters.first(where: { $0.name == "charset" }) {
            guard charset.value.equalsIgnoringASCIICase("utf-8") else { throw .unsupportedCharset }
        }
        self.type = type.lowercased()
        self.subtype = subtype.lowercased()
        self.parameters = parameters
    }

    private static func takeToken(_ rest: inout Substring) -> Substring {
        let end = rest.utf8.firstIndex { !$0.isTokenCharacter } ?? rest.endIndex
        defer { rest = rest[end...] }
        return rest[..<end]
    }

    private static func takeParameter(_ rest: inout Substring) throws(MediaTypeError) -> Parameter {
        let name = takeToken(&rest)
        guard !name.isEmpty, rest.first == "=" else { throw .malformed }
        rest.removeFirst()
        if rest.first == "\"" {
            rest.removeFirst()
            return Parameter(name: name.lowercased(), value: try takeQuotedString(&rest))
        }
        let value = takeToken(&rest)
        guard !value.isEmpty else { throw .malformed }
        return Parameter(name: name.lowercased(), value: String(value))
    }

    /// Reads up to the closing quote; the opening one is gone.
    private static func takeQuotedString(_ rest: inout Substring) throws(MediaTypeError) -> String {
        var value = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return value
            case "\\":
                guard let escaped = rest.popFirst() else { throw .malformed }
                value.append(escaped)
            default: value.append(character)
            }
        }
        throw .malformed
    }
}
