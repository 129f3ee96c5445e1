import AuthorizationCore
import CanonicalJSON
import Testing

/// A desk with one of everything, made through the door: what most tests begin with.
struct ManagementScene {
    let desk: ManagementDesk
    /// `prod`, with API OAuth.
    let environment = "prod"
    let api: String
    let identity: String
    let app: String

    /// Nothing is deployed but API OAuth, unless `deployed`.
    init(deployed: Bool = false) async throws {
        desk = try ManagementDesk()
        try await desk.made("POST", "environments", #"{"name":"prod"}"#)
        try await desk.made("PUT", "environments/prod/deployments/oauth", "{}")
        let api = try await desk.made("POST", "apis", ManagementBodies.api).id
        self.api = api
        identity = try await desk.made("POST", "api-identities", ManagementBodies.identity(apis: [api])).id
        app = try await desk.made("POST", "apps", ManagementBodies.app(apis: [api])).id
        if deployed {
            try await desk.made("PUT", "environments/prod/deployments/\(api)", "{}")
            try await desk.made("PUT", "environments/prod/deployments/\(identity)", "{}")
        }
    }

    /// Puts the scene's identifiers in the place of `API`, `IDENTITY`, `APP` and `FIRST`.
    func filled(_ text: String) -> String {
        text.replacing("API_ID", with: api).replacing("IDENTITY_ID", with: identity)
            .replacing("APP_ID", with: app).replacing("OPERATOR_ID", with: desk.first.id.text)
    }
}

extension ManagementDesk {
    /// Sends a write that must succeed.
    @discardableResult
    func made(_ method: String, _ path: String, _ body: String? = nil) async throws -> Answer {
        let answer = try await send(method, path, body)
        try #require(answer.status == 200 || answer.status == 201, "\(method) \(path): \(answer.body)")
        return answer
    }
}

/// Bodies that are accepted.
enum ManagementBodies {
    static let passwordInterceptor = #"{"type":"oauth","grants":["password","refresh_token"]}"#
    static let api = api(named: "accounts", basePath: "/accounts")

    static func api(named name: String, basePath: String, more: String = "") -> String {
        #"{"name":"\#(name)","base_path":"\#(basePath)","interceptors":[\#(passwordInterceptor)],"#
            + #""scopes":["read","write"]\#(more)}"#
    }

    static func identity(
        named name: String = "staff", destination: String = "https://users.example/verify", apis: [String] = [],
        more: String = ""
    ) -> String {
        let list = apis.map { "\"\($0)\"" }.joined(separator: ",")
        return #"{"name":"\#(name)","destination":"\#(destination)","apis":[\#(list)]\#(more)}"#
    }

    static func app(named name: String = "shop", apis: [String], more: String = "") -> String {
        let list = apis.map { "\"\($0)\"" }.joined(separator: ",")
        return #"{"name":"\#(name)","apis":[\#(list)],"first_party":true,"grants":["password"]\#(more)}"#
    }

    /// The example of an access rule that documents show.
    static let accessRule = #"""
        {"name":"own accounts","methods":["GET"],"path":"/{user}/**","require":{"scopes":["read"],"acr":"aal2",
        "max_age_seconds":300,"bound":true,"subject_type":"user","caller":"confirmed","equal":{"{user}":"sub"}}}
        """#
}
