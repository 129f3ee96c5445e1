internal import AuthorizationCore
internal import CanonicalJSON
internal import HTTPMessages

/// A token request as its body presents it: the parameters that OAuth names, and everything else to be forwarded.
///
/// It holds the user's password or a refresh token, and therefore lives only as long as its decision.
struct PresentedRequest: Sendable {
    /// The longest user name and the longest password that are taken, in bytes.
    static let maximumUserNameBytes = 1_024
    static let maximumPasswordBytes = 4_096
    static let maximumRefreshTokenBytes = 512
    static let maximumFields = 64
    static let maximumScopes = 64
    static let maximumResources = 16

    var fault: RequestFault?
    var grantType: String?
    var userName = ""
    /// What the refresh token grant presents.
    var refreshToken: String?
    var asked = Asked()
    var body = ForwardedBody.none

    /// Parameters that prove something about the app or carry a token; they are never forwarded.
    static let neverForwarded: Set<String> = [
        "client_secret", "client_assertion", "client_assertion_type", "assertion", "refresh_token", "subject_token",
        "actor_token", "access_token", "id_token", "code", "code_verifier", "dpop",
    ]

    /// Reads the body. What is wrong becomes ``fault``: the first thing found, and the decision says what comes of it.
    init(_ request: HTTPRequest) {
        asked.bytes = Int64(request.body.count)
        if request.query != nil { fault = .credentialsOutsideBody }
        guard request.fields.count(of: "Content-Type") == 1, let text = request.fields.first("Content-Type"),
            let media = try? MediaType(parsing: text)
        else {
            asked.media = .other
            fault = fault ?? .mediaType
            return
        }
        switch media.essence {
        case "application/x-www-form-urlencoded":
            asked.media = .form
            read(form: request.body)
        case "application/json":
            asked.media = .json
            read(json: request.body)
        default:
            asked.media = .other
            fault = fault ?? .mediaType
        }
    }

    private mutating func read(form bytes: [UInt8]) {
        let form: FormURLEncoded
        do {
            form = try FormURLEncoded(parsing: bytes, maximumFields: Self.maximumFields)
        } catch {
            switch error {
            case .tooManyFields: found(.tooManyFields)
            case .badEncoding: found(.body)
            }
            return
        }
        // RFC 6749, section 3.2: parameters must not repeat. RFC 8707, section 2 lets `resource`.
        let repeats = form.fields.indices.contains { index in
            let name = form.fields[index].name
            return name != "resource" && form.fields[..<index].contains { $0.name == name }
        }
        if repeats { found(.repeatedParameter) }
        body = .form(bytes, form)
        let resources = form.all("resource")
        take(names: form.fields.map(\.name), resources: resources.isEmpty ? nil : resources) { form.first($0) }
    }

    private mutating func read(json bytes: [UInt8]) {
        let value: JSONValue
        do {
            value = try JSON.parse(bytes, grammar: .foreign)
        } catch {
            found(error.reason == .duplicateName ? .repeatedParameter : .body)
            return
        }
        guard let object = value.objectValue else { return found(.body) }
        guard object.members.count <= Self.maximumFields else { return found(.tooManyFields) }
        body = .json(bytes, object)
        var resources: [String]?
        switch object["resource"] {
        case nil: break
        case .string(let one): resources = [one]
        case .array(let several):
            resources = several.compactMap(\.stringValue)
            if resources?.count != several.count { found(.resource) }
        default: found(.resource)
        }
        for name in ["grant_type", "username", "password", "scope", "acr_values", "client_id", "refresh_token"] {
            if let member = object[name], member.stringValue == nil { found(.body) }
        }
        take(names: object.members.map(\.name), resources: resources) { object[$0]?.stringValue }
    }

    private mutating func found(_ fault: RequestFault) { self.fault = self.fault ?? fault }

    /// Takes what OAuth names from either grammar.
    private mutating func take(names: [String], resources: [String]?, value: (String) -> String?) {
        if names.contains("client_secret") { found(.clientSecretInBody) }
        if names.contains("client_assertion") || names.contains("client_assertion_type") {
            found(.twoAuthenticationMethods)
        }
        grantType = value("grant_type")
        if grantType?.isEmpty != false { found(.missingGrantType) }
        if grantType == Grant.password.rawValue { takeCredentials(value) }
        if grantType == Grant.refreshToken.rawValue { takeRefreshToken(value) }
        if let scope = value("scope") {
            let tokens = scope.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
            if tokens.count > Self.maximumScopes || !tokens.allSatisfy(isScopeToken) {
                found(.scope)
            } else {
                asked.scope = unique(tokens)
            }
        }
        if let resources {
            if resources.count > Self.maximumResources || !resources.allSatisfy(isResourceIndicator) {
                found(.resource)
            } else {
                asked.resource = unique(resources)
            }
        }
        if let levels = value("acr_values") {
            let tokens = levels.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
            if tokens.count <= Self.maximumScopes, tokens.allSatisfy(isScopeToken) {
                asked.acrValues = unique(tokens)
            } else {
                found(.body)
            }
        }
        var recorded: [String] = []
        for name in names where Self.isForwarded(name) {
            guard isRecordableFieldName(name) else {
                asked.otherFields += 1
                continue
            }
            if !recorded.contains(name) { recorded.append(name) }
        }
        recorded.sort()
        asked.fields = recorded
    }

    /// Whether a field of the body goes to the Identity.
    static func isForwarded(_ name: String) -> Bool {
        !neverForwarded.contains(name) && !neverForwarded.contains(name.lowercased())
    }

    private mutating func takeCredentials(_ value: (String) -> String?) {
        guard let name = value("username"), !name.allSatisfy(\.isWhitespace) else { return found(.missingUserName) }
        guard let password = value("password"), !password.isEmpty else { return found(.missingPassword) }
        guard name.utf8.count <= Self.maximumUserNameBytes, password.utf8.count <= Self.maximumPasswordBytes else {
            return found(.parameterTooLong)
        }
        userName = name
    }

    /// RFC 6749, section 6: `refresh_token` is required.
    private mutating func takeRefreshToken(_ value: (String) -> String?) {
        guard let token = value("refresh_token"), !token.isEmpty else { return found(.body) }
        guard token.utf8.count <= Self.maximumRefreshTokenBytes else { return found(.parameterTooLong) }
        refreshToken = token
    }

    /// The grant as the log may hold it: one that we know, or `unknown`.
    var recordedGrant: String {
        grantType.flatMap { Grant(rawValue: $0) }?.rawValue ?? (grantType == nil ? TokenRequest.noGrant : "unknown")
    }
}

/// The body of a token request, as it came.
enum ForwardedBody: Sendable {
    case none
    case form([UInt8], FormURLEncoded)
    case json([UInt8], JSONObject)
}

private func unique(_ values: [String]) -> [String] {
    // No more than a few dozen.
    var unique: [String] = []
    for value in values where !unique.contains(value) { unique.append(value) }
    return unique
}

/// RFC 6749, section 3.3: `%x21 / %x23-5B / %x5D-7E`, and no longer than anybody needs.
func isScopeToken(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
        && text.utf8.allSatisfy { $0 == 0x21 || (0x23...0x5b).contains($0) || (0x5d...0x7e).contains($0) }
}

/// RFC 8707, section 2: an absolute URI without a fragment.
func isResourceIndicator(_ text: String) -> Bool {
    guard text.utf8.count <= 512, let colon = text.utf8.firstIndex(of: 58), colon != text.utf8.startIndex else {
        return false
    }
    let scheme = text.utf8[..<colon]
    return scheme.allSatisfy { (97...122).contains($0) || (65...90).contains($0) || (43...57).contains($0) }
        && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 35 }
}

func isRecordableFieldName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
        && name.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95 || $0 == 45
                || $0 == 46
        }
}
