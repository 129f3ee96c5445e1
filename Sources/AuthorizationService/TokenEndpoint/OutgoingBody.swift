internal import AuthorizationCore
internal import CanonicalJSON
internal import HTTPMessages
internal import IdentityClient
internal import LedgerCrypto

/// The body that goes to an Identity: all that came, in the form that the Identity is registered with.
///
/// Same media type in and out, and nothing to leave out or to add: the bytes as they came. Form to JSON: every value a
/// string. JSON to form: strings bare, other values as their JSON text.
enum OutgoingBody {
    /// Fields of the app's own that the Identity's flow adds (forward rules), by field name.
    typealias Additions = [(field: String, value: AddedValue)]

    enum AddedValue: Sendable {
        case text(String)
        /// JSON as it stands in the app's `extra_info`.
        case json([UInt8])
    }

    static func make(
        _ body: ForwardedBody, as form: IdentityRevision.Body, adding additions: Additions
    ) -> (body: RequestBody, contentType: IdentityRequest.ContentType) {
        var bytes =
            switch form {
            case .json: json(body, adding: additions)
            case .form: self.form(body, adding: additions)
            }
        defer { wipe(&bytes) }
        return (RequestBody(copying: bytes), form == .json ? .json : .form)
    }

    private static func json(_ body: ForwardedBody, adding additions: Additions) -> [UInt8] {
        var out = JSONWriter(inAnyOrder: true)
        out.beginObject()
        let added = additions.map(\.field)
        switch body {
        case .none: break
        case .json(let bytes, let object):
            let kept = object.members.filter { isForwarded($0.name) }
            if additions.isEmpty, kept.count == object.members.count { return bytes }
            for member in kept where !added.contains(member.name) {
                out.name(member.name)
                out.raw(bytes[member.source])
            }
        case .form(_, let form): append(form, without: added, to: &out)
        }
        for (index, addition) in additions.enumerated()
        where !added[(index + 1)...].contains(addition.field) {
            out.name(addition.field)
            switch addition.value {
            case .text(let text): out.string(text)
            case .json(let bytes): out.raw(bytes)
            }
        }
        out.endObject()
        return out.takeBytes()
    }

    private static func append(_ form: FormURLEncoded, without added: [String], to out: inout JSONWriter) {
        // A repeated `resource` (RFC 8707) becomes one array: a name stands once in a JSON object.
        let resources = form.all("resource")
        var hasResource = false
        for field in form.fields where isForwarded(field.name) && !added.contains(field.name) {
            guard field.name == "resource", resources.count > 1 else {
                out.name(field.name)
                out.string(field.value)
                continue
            }
            guard !hasResource else { continue }
            hasResource = true
            out.name("resource")
            out.value(.array(resources.map { .string($0) }))
        }
    }

    private static func form(_ body: ForwardedBody, adding additions: Additions) -> [UInt8] {
        var fields: [FormURLEncoded.Field] = []
        switch body {
        case .none: break
        case .form(let bytes, let form):
            let kept = form.fields.filter { isForwarded($0.name) }
            if additions.isEmpty, kept.count == form.fields.count { return bytes }
            fields = kept
        case .json(let bytes, let object):
            fields = object.members.filter { isForwarded($0.name) }.map { member in
                let text =
                    member.value.stringValue ?? String(decoding: bytes[member.source], as: UTF8.self)
                return FormURLEncoded.Field(name: member.name, value: text)
            }
        }
        for (field, value) in additions {
            fields.removeAll { $0.name == field }
            switch value {
            case .text(let text): fields.append(FormURLEncoded.Field(name: field, value: text))
            case .json(let bytes):
                fields.append(FormURLEncoded.Field(name: field, value: String(decoding: bytes, as: UTF8.self)))
            }
        }
        return FormURLEncoded(fields).encoded
    }

    private static func isForwarded(_ name: String) -> Bool { PresentedRequest.isForwarded(name) }
}
