/// What a handler answers.
///
/// The server adds `Content-Length`, `Date` and `Connection`; fields of these names and `Transfer-Encoding` are its
/// own and ignored here. A response that cannot be sent as it is (see ``isWellFormed``) becomes a 500.
public struct HTTPResponse: Equatable, Sendable {
    public var status: Int
    public var fields: HTTPFields
    public var body: [UInt8]

    public init(status: Int, fields: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// `body` must be JSON already.
    public static func json(_ body: [UInt8], status: Int = 200, fields: HTTPFields = [:]) -> HTTPResponse {
        typed("application/json", body, status, fields)
    }

    public static func text(_ text: String, status: Int = 200, fields: HTTPFields = [:]) -> HTTPResponse {
        typed("text/plain; charset=utf-8", [UInt8](text.utf8), status, fields)
    }

    private static func typed(
        _ mediaType: String, _ body: [UInt8], _ status: Int, _ fields: HTTPFields
    ) -> HTTPResponse {
        var fields = fields
        fields.append("Content-Type", mediaType)
        return HTTPResponse(status: status, fields: fields, body: body)
    }

    /// Whether this is a final status with fields that cannot break out of their lines (RFC 9110, section 5.5).
    public var isWellFormed: Bool {
        (200...599).contains(status)
            && fields.list.allSatisfy { field in
                field.name.isToken && field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
            }
    }
}
