import AuthorizationCore
import Testing

/// One command that is done: what it answers, and the events that it leaves.
struct GoodCommand: CustomTestStringConvertible, Sendable {
    var name: String
    var method: String
    var path: String
    var body: String? = nil
    var status = 200
    var events: [EventType]
    /// Members of the answer, as JSON text.
    var shows: [String: String] = [:]
    var deployed = false

    var testDescription: String { name }
}

/// What the tests of the management door send.
enum ManagementExamples {}

extension ManagementExamples {
    static let good: [GoodCommand] = [
        GoodCommand(
            name: "an operator is added, and his key shown", method: "POST", path: "operators",
            body: #"{"name":"Anna","roles":["manager","deployer"]}"#, status: 201, events: [.operatorAdded],
            shows: ["roles": #"["manager","deployer"]"#]),
        GoodCommand(
            name: "roles that are the same already change nothing", method: "PUT", path: "operators/OPERATOR_ID/roles",
            body: #"{"roles":["gateway","privacy","auditor","deployer","manager","administrator"]}"#, events: []),
        GoodCommand(
            name: "an environment comes with its issuer and an active token key", method: "POST", path: "environments",
            body: #"{"name":"sandbox"}"#, status: 201, events: [.environmentCreated, .keyAdded, .keyActivated],
            shows: ["name": #""sandbox""#, "issuer": #""https://auth.example/sandbox""#, "oauth": "false"]),
        GoodCommand(
            name: "settings are put whole", method: "PUT", path: "environments/prod/settings",
            body: #"{"lifetimes":{"access_token_seconds":600},"limits":{"user_failures":5},"profile":"sensedia"}"#,
            events: [.environmentConfigured]),
        GoodCommand(
            name: "another algorithm comes with a key of it", method: "PUT", path: "environments/prod/settings",
            body: #"{"algorithm":"EdDSA"}"#, events: [.environmentConfigured, .keyAdded, .keyActivated]),
        GoodCommand(
            name: "settings that stand already change nothing", method: "PUT", path: "environments/prod/settings",
            body: "{}", events: []),
        GoodCommand(
            name: "the ledger's settings are put whole", method: "PUT", path: "settings",
            body: #"{"limits":{"app_failures":500,"app_seconds":30},"operator_key_days":30,"tag_retention_days":14,"#
                + #""unrecognised_retention_days":7}"#,
            events: [.ledgerConfigured],
            shows: [
                "operator_key_days": "30", "tag_retention_days": "14", "unrecognised_retention_days": "7",
                "limits": #"{"app_failures":500,"app_seconds":30,"user_failures":10,"user_seconds":300}"#,
            ]),
        GoodCommand(
            name: "an assurance scheme is set", method: "PUT", path: "assurance-schemes/nist",
            body: #"{"levels":["aal1","aal2","aal3"]}"#, events: [.assuranceSchemeSet],
            shows: ["levels": #"["aal1","aal2","aal3"]"#, "name": #""nist""#]),
        GoodCommand(
            name: "an API is registered with access rules", method: "POST", path: "apis",
            body: ManagementBodies.api(
                named: "orders", basePath: "/orders",
                more: #","access_rules":[\#(ManagementBodies.accessRule)],"resource":"https://orders.example/v1""#
                    + #","sector":"shop","require_bound":true,"token_ttl_seconds":60,"version":"2.1""#),
            status: 201, events: [.apiRegistered],
            shows: ["kind": #""api""#, "revision": "1", "version": #""2.1""#, "token_ttl_seconds": "60"]),
        GoodCommand(
            name: "an API is revised", method: "POST", path: "apis/API_ID/revisions", body: ManagementBodies.api,
            status: 201, events: [.apiRevised], shows: ["revision": "2"]),
        GoodCommand(
            name: "an API gets a credential, which is shown", method: "POST", path: "apis/API_ID/credentials",
            body: "{}",
            status: 201, events: [.apiCredentialAdded], shows: ["client_id": #""API_ID""#]),
        GoodCommand(
            name: "an API is retired and is deployed nowhere", method: "POST", path: "apis/API_ID/retirement",
            events: [.apiRetired], shows: ["retired": "true", "deployments": "{}"], deployed: true),
        GoodCommand(
            name: "an Identity is registered with its first links", method: "POST", path: "api-identities",
            body: ManagementBodies.identity(
                named: "customers", apis: ["API_ID"],
                more: #","base_path":"/login","version":"1.0","user_store":"customers","subject_from":"answer","#
                    + #""body":"form","accept":{"status":[200],"content_type":"application/json","#
                    + #""subject_required":true},"on_unavailable":"stop","probe":"off","timeout_ms":500,"#
                    + #""maximum_in_flight":8,"forward":[{"field":"tenant","from":"app.extra_info.tenant"}],"#
                    + #""assurance":{"acr":"aal1","amr":["pwd"],"vot":"P1.Cb","vtm":"https://trust.example/"},"#
                    + #""migrated_from":"oauth directory 7","destinations":{"prod":"https://prod.example/verify"}"#),
            status: 201, events: [.identityRegistered],
            shows: [
                "kind": #""identity""#, "apis": #"["API_ID"]"#, "destination": #""https://users.example/verify""#,
                "destinations": #"{"prod":"https://prod.example/verify"}"#, "timeout_ms": "500",
                "migrated_from": #""oauth directory 7""#, "user_store": #""customers""#,
            ]),
        GoodCommand(
            name: "an Identity is revised", method: "POST", path: "api-identities/IDENTITY_ID/revisions",
            body: #"{"name":"staff","destination":"https://users.example/verify","timeout_ms":900}"#, status: 201,
            events: [.identityRevised], shows: ["revision": "2", "timeout_ms": "900", "apis": #"["API_ID"]"#]),
        GoodCommand(
            name: "a destination changes, and its users are the same", method: "POST",
            path: "api-identities/IDENTITY_ID/revisions",
            body: #"{"name":"staff","destination":"https://new.example/verify","same_user_store":true}"#, status: 201,
            events: [.identityRevised], shows: ["destination": #""https://new.example/verify""#]),
        GoodCommand(
            name: "a destination changes, and its users are others", method: "POST",
            path: "api-identities/IDENTITY_ID/revisions",
            body: #"{"name":"staff","destination":"https://new.example/v","same_user_store":false,"user_store":"new"}"#,
            status: 201, events: [.identityRevised], shows: ["user_store": #""new""#]),
        GoodCommand(
            name: "a link that stands already changes nothing", method: "PUT",
            path: "api-identities/IDENTITY_ID/apis/API_ID", events: [], shows: ["apis": #"["API_ID"]"#]),
        GoodCommand(
            name: "an Identity is unlinked", method: "DELETE", path: "api-identities/IDENTITY_ID/apis/API_ID",
            events: [.identityUnlinked], shows: ["apis": "[]"]),
        GoodCommand(
            name: "an Identity is retired and is deployed nowhere", method: "POST",
            path: "api-identities/IDENTITY_ID/retirement", events: [.identityRetired],
            shows: ["retired": "true", "deployments": "{}"], deployed: true),
        GoodCommand(
            name: "nothing that an Identity vouched for is believed any longer, and it stays in the chain",
            method: "POST", path: "api-identities/IDENTITY_ID/revocation",
            body: #"{"cause":"it accepted every password"}"#, events: [.tokenRevoked], shows: ["retired": "false"],
            deployed: true),
        GoodCommand(
            name: "API OAuth is deployed already", method: "PUT", path: "environments/prod/deployments/oauth",
            body: "{}",
            events: [], shows: ["oauth": "true"]),
        GoodCommand(
            name: "API OAuth is undeployed", method: "DELETE", path: "environments/prod/deployments/oauth",
            events: [.oauthUndeployed], shows: ["oauth": "false"]),
        GoodCommand(
            name: "an API is deployed at its latest revision", method: "PUT",
            path: "environments/prod/deployments/API_ID", body: "{}", events: [.apiDeployed],
            shows: ["apis": #"{"API_ID":1}"#]),
        GoodCommand(
            name: "an API that is deployed at this revision stays as it is", method: "PUT",
            path: "environments/prod/deployments/API_ID", body: #"{"revision":1}"#, events: [], deployed: true),
        GoodCommand(
            name: "an API is undeployed", method: "DELETE", path: "environments/prod/deployments/API_ID",
            events: [.apiUndeployed], shows: ["apis": "{}"], deployed: true),
        GoodCommand(
            name: "an Identity is deployed at a revision", method: "PUT",
            path: "environments/prod/deployments/IDENTITY_ID", body: #"{"revision":1}"#, events: [.identityDeployed],
            shows: ["api_identities": #"{"IDENTITY_ID":1}"#]),
        GoodCommand(
            name: "an Identity is undeployed", method: "DELETE", path: "environments/prod/deployments/IDENTITY_ID",
            events: [.identityUndeployed], shows: ["api_identities": "{}"], deployed: true),
        GoodCommand(
            name: "what is not deployed can be undeployed", method: "DELETE",
            path: "environments/prod/deployments/IDENTITY_ID", events: []),
        GoodCommand(
            name: "an app is registered", method: "POST", path: "apps",
            body: ManagementBodies.app(
                named: "web", apis: ["API_ID"],
                more: #","scopes":["read"],"sector":"shop","extra_info":{"tenant":"7"},"#
                    + #""certificates":[{"dns":"web.example"}],"jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k1","#
                    + #""x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#),
            status: 201, events: [.appRegistered],
            shows: ["kind": #""app""#, "has_extra_info": "true", "scopes": #"["read"]"#, "first_party": "true"]),
        GoodCommand(
            name: "an app is revised", method: "POST", path: "apps/APP_ID/revisions",
            body: ManagementBodies.app(apis: ["API_ID"]), status: 201, events: [.appRevised], shows: ["revision": "2"]),
        GoodCommand(
            name: "an app gets a new secret, and the old one holds for a while", method: "POST",
            path: "apps/APP_ID/secrets", body: #"{"overlap_seconds":3600}"#, status: 201, events: [.appSecretRotated],
            shows: ["client_id": #""APP_ID""#]),
        GoodCommand(
            name: "an app is suspended", method: "PUT", path: "apps/APP_ID/suspension", events: [.appSuspended],
            shows: ["suspended": "true"]),
        GoodCommand(
            name: "an app that is not suspended goes on", method: "DELETE", path: "apps/APP_ID/suspension", events: [],
            shows: ["suspended": "false"]),
        GoodCommand(
            name: "an app is retired", method: "POST", path: "apps/APP_ID/retirement", body: "{}",
            events: [.appRetired],
            shows: ["retired": "true"]),
    ]
}
