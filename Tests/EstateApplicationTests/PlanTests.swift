import Testing

@testable import EstateApplication

/// Two environments, two APIs, two Identities, an app.
let sample = #"""
    {
      "environments": {
        "prod": {
          "oauth": true, "settings": {"lifetimes": {"access_token_seconds": 300}, "limits": {}},
          "apis": ["orders", "stock"], "api_identities": ["partners", "staff"]
        },
        "sandbox": {"oauth": true, "apis": ["orders"], "api_identities": ["staff"]}
      },
      "apis": [
        {"name": "orders", "base_path": "/orders", "scopes": ["read"],
         "interceptors": [{"type": "oauth", "grants": ["password"]}]},
        {"name": "stock", "base_path": "/stock", "interceptors": [{"type": "oauth", "grants": ["password"]}]}
      ],
      "api_identities": [
        {"name": "partners", "destination": "https://partners.example/v?key=1", "apis": ["orders"]},
        {"name": "staff", "destination": "HTTPS://Staff.example:443/v", "destinations": {"sandbox": "https://s.example"},
         "accept": {"status": []}, "apis": ["orders", "stock"]}
      ],
      "apps": [
        {"name": "shop", "first_party": true, "grants": ["password"], "apis": ["stock", "orders"],
         "extra_info": {"tenant": "north"},
         "jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "x", "y": "y", "use": "sig", "kid": "1"}]}}
      ]
    }
    """#

@Suite struct PlanTests {
    @Test func `from nothing, all comes in the order in which it can be done`() throws {
        #expect(
            try FakeService().plan(sample) == [
                "create the environment prod",
                "change the settings of prod",
                "create the environment sandbox",
                "register the API orders",
                "register the API stock",
                "register the API Identity partners, linked to orders",
                "register the API Identity staff, linked to orders, stock",
                "register the app shop",
                "deploy the API orders in prod",
                "deploy the API stock in prod",
                "deploy the API Identity partners in prod",
                "deploy the API Identity staff in prod",
                "deploy API OAuth in prod",
                "deploy the API orders in sandbox",
                "deploy the API Identity staff in sandbox",
                "deploy API OAuth in sandbox",
            ])
    }

    @Test(arguments: [false, true])
    func `applied twice, nothing is left to do`(prune: Bool) throws {
        let service = FakeService()
        try service.apply(sample, prune: prune)
        #expect(try service.plan(sample, prune: prune) == [])
        let count = service.writes.count
        #expect(try service.apply(sample, prune: prune) == Applied())
        #expect(service.writes.count == count)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: (from: String, to: String)
        var prune = false
        let plan: [String]

        init(_ name: String, _ from: String, _ to: String, prune: Bool = false, plan: [String]) {
            testDescription = name
            change = (from, to)
            self.prune = prune
            self.plan = plan
        }
    }

    @Test(arguments: [
        Row(
            "a changed API is revised, and deployed again", #""scopes": ["read"]"#, #""scopes": ["read", "write"]"#,
            plan: [
                "revise the API orders: scopes", "deploy the API orders in prod", "deploy the API orders in sandbox",
            ]),
        Row(
            "a default that is written out changes nothing", #""base_path": "/stock","#,
            #""base_path": "/stock", "version": "1", "access_rules": [], "require_bound": false,"#, plan: []),
        Row(
            "another spelling of a URL changes nothing", "HTTPS://Staff.example:443/v", "https://staff.example/v",
            plan: []),
        Row(
            "a query that goes is seen", "https://partners.example/v?key=1", "https://partners.example/v",
            plan: [
                "revise the API Identity partners: destination", "deploy the API Identity partners in prod",
            ]),
        Row("a query that changes is sealed, and not seen", "v?key=1", "v?key=2", plan: []),
        Row("extra_info that changes is sealed, and not seen", "north", "south", plan: []),
        Row(
            "extra_info that goes is seen", #""extra_info": {"tenant": "north"},"#, "",
            plan: ["revise the app shop: extra_info"]),
        Row(
            "an empty list of scopes is another than none", #""first_party": true"#,
            #""first_party": true, "scopes": []"#, plan: ["revise the app shop: scopes"]),
        Row(
            "another order of an app's APIs changes nothing", #"["stock", "orders"]"#, #"["orders", "stock"]"#, plan: []
        ),
        Row(
            "an app's APIs are what the file says", #"["stock", "orders"]"#, #"["stock"]"#,
            plan: ["revise the app shop: apis"]),
        Row("what makes no key changes nothing", #""use": "sig", "#, #""alg": "ES256", "#, plan: []),
        Row("another key is seen", #""x": "x""#, #""x": "z""#, plan: ["revise the app shop: jwks"]),
        Row(
            "changed settings are set", "300", "600", plan: ["change the settings of prod"]),
        Row(
            "settings that were not said are left alone",
            #""settings": {"lifetimes": {"access_token_seconds": 300}, "limits": {}},"#, "", plan: []),
        Row(
            "OAuth that is off is taken away", #""sandbox": {"oauth": true"#, #""sandbox": {"oauth": false"#,
            plan: ["take API OAuth out of sandbox"]),
        Row("OAuth that was not said is left alone", #""sandbox": {"oauth": true, "#, #""sandbox": {"#, plan: []),
        Row("a link that is gone is left alone", #""apis": ["orders", "stock"]}"#, #""apis": ["orders"]}"#, plan: []),
        Row(
            "pruned, a link that is gone is taken away", #""apis": ["orders", "stock"]}"#, #""apis": ["orders"]}"#,
            prune: true, plan: ["unlink the API Identity staff from the API stock, which the file does not list"]),
        Row(
            "a deploy that is gone is left alone", #"["orders", "stock"], "api_identities""#,
            #"["orders"], "api_identities""#, plan: []),
        Row(
            "pruned, a deploy that is gone is taken away", #"["orders", "stock"], "api_identities""#,
            #"["orders"], "api_identities""#, prune: true,
            plan: ["take the API stock out of prod, where the file does not list it"]),
    ])
    func `a change of the file becomes its steps, and no others`(_ row: Row) throws {
        let service = FakeService()
        try service.apply(sample)
        let changed = sample.replacing(row.change.from, with: row.change.to)
        #expect(changed != sample)
        #expect(try service.plan(changed, prune: row.prune) == row.plan)
        try service.apply(changed, prune: row.prune)
        #expect(try service.plan(changed, prune: row.prune) == [])
    }

    @Test func `a new link is made without a revision`() throws {
        let service = FakeService()
        try service.apply(sample)
        let changed = sample.replacing(
            #"v?key=1", "apis": ["orders"]"#, with: #"v?key=1", "apis": ["orders", "stock"]"#)
        #expect(try service.plan(changed) == ["link the API Identity partners to the API stock"])
    }

    @Test func `what is not in the file is left alone, unless it is pruned`() throws {
        let service = FakeService()
        try service.apply(sample)
        let small =
            #"{"environments": {"prod": {"apis": ["orders"]}}, "apis": [{"name": "orders", "base_path": "/orders", "scopes": ["read"], "interceptors": [{"type": "oauth", "grants": ["password"]}]}]}"#
        #expect(try service.plan(small) == [])
        let steps = [
            "take API OAuth out of sandbox, where the file does not list it",
            "take the API orders out of sandbox, where the file does not list it",
            "retire the app shop for good: it is not in the file",
            "retire the API Identity partners for good: it is not in the file",
            "retire the API Identity staff for good: it is not in the file",
            "retire the API stock for good: it is not in the file",
        ]
        #expect(try service.plan(small, prune: true) == steps)
        #expect(try service.apply(small, prune: true).steps.map(\.step) == steps)
        #expect(try service.plan(small, prune: true) == [])
    }

    @Test func `a name that was retired is free for a new thing`() throws {
        let service = FakeService()
        try service.apply(sample)
        try service.apply("{}", prune: true)
        #expect(try service.plan(sample).contains("register the API orders"))
        try service.apply(sample)
        #expect(try service.plan(sample) == [])
    }
}
