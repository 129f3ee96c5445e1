internal import AuthorizationCore
internal import CanonicalJSON
internal import IdentityClient

/// What an accepted answer's body says: `extraInfo`, `subject`, `acr`, `amr`, `auth_time`, `vot`, `vtm`.
/// Anything else in it is ignored, and no body at all is fine.
struct AnswerContent: Sendable {
    /// The largest `extraInfo` that goes into a token, in bytes.
    static let maximumExtraInfoBytes = 4_096
    static let maximumSubjectBytes = 255

    var extraInfoState = ValidationAttempted.ExtraInfoState.none
    /// Its bytes as the store sent them.
    var extraInfo: [UInt8]?
    var subject: String?
    var claim = Assurance()
    var authTime: Int64?
    /// Names of members that were not taken over because of their form.
    var dropped: [String] = []

    init(_ body: [UInt8]) {
        guard !body.isEmpty else { return }
        guard let value = try? JSON.parse(body, grammar: .foreign), let object = value.objectValue else {
            extraInfoState = .notJSON
            return
        }
        if let member = object.member("extraInfo") {
            if member.source.count <= Self.maximumExtraInfoBytes {
                extraInfo = Array(body[member.source])
                extraInfoState = .taken
            } else {
                extraInfoState = .tooLarge
            }
        }
        subject = text("subject", of: object, maximumBytes: Self.maximumSubjectBytes)
        claim.acr = text("acr", of: object, maximumBytes: 128)
        claim.vot = text("vot", of: object, maximumBytes: 128)
        claim.vtm = text("vtm", of: object, maximumBytes: 512)
        if let amr = object["amr"] {
            let values = amr.arrayValue?.compactMap(\.stringValue)
            if let values, values.count == amr.arrayValue?.count, values.count <= 16 {
                claim.amr = values
            } else {
                dropped.append("amr")
            }
        }
        if let time = object["auth_time"] {
            if case .number(let digits) = time, let seconds = Int64(digits), seconds >= 0, seconds < 1 << 40 {
                authTime = seconds
            } else {
                dropped.append("auth_time")
            }
        }
    }

    private mutating func text(_ name: String, of object: JSONObject, maximumBytes: Int) -> String? {
        guard let member = object[name] else { return nil }
        guard let text = member.stringValue, (1...maximumBytes).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
        else {
            dropped.append(name)
            return nil
        }
        return text
    }
}
