public import AuthorizationCore

/// Fills the fields that it visits with examples, the same ones every time.
///
/// A list gets one element, a text what its name suggests or its type offers.
public struct FieldSampler: FieldVisitor {
    /// What becomes of members that may be absent.
    public enum Optionals: Sendable, CaseIterable {
        case present, absent
    }

    private let optionals: Optionals

    public init(optionals: Optionals = .present) {
        self.optionals = optionals
    }

    public mutating func integer(_ name: StaticString, _ value: inout Int64) throws(FieldError) {
        value = Self.integers["\(name)"] ?? 1
    }

    public mutating func integer(_ name: StaticString, _ value: inout Int64?) throws(FieldError) {
        value = optionals == .present ? Self.integers["\(name)"] ?? 1 : nil
    }

    public mutating func flag(_ name: StaticString, _ value: inout Bool) throws(FieldError) {
        value = true
    }

    public mutating func flag(_ name: StaticString, _ value: inout Bool?) throws(FieldError) {
        value = optionals == .present ? true : nil
    }

    public mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value) throws(FieldError) {
        value = example(of: name)
    }

    public mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value?) throws(FieldError) {
        value = optionals == .present ? example(of: name) : nil
    }

    public mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]) throws(FieldError) {
        values = [example(of: name)]
    }

    public mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]?) throws(FieldError) {
        values = optionals == .present ? [example(of: name)] : nil
    }

    public mutating func integers(_ name: StaticString, _ values: inout [Int64]) throws(FieldError) {
        values = [Self.integers["\(name)"] ?? 1]
    }

    public mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group) throws(FieldError) {
        try value.visit(&self)
    }

    public mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group?) throws(FieldError) {
        value = optionals == .present ? try sampled() : nil
    }

    public mutating func groups<Group: FieldGroup>(_ name: StaticString, _ values: inout [Group]) throws(FieldError) {
        values = [try sampled()]
    }

    public mutating func map(_ name: StaticString, _ value: inout [MapEntry]) throws(FieldError) {
        value = [MapEntry(name: "{customer}", value: "subject")]
    }

    public mutating func claim(_ name: StaticString, _ value: inout SealedClaim?) throws(FieldError) {
        value = optionals == .present ? .sealed(commitment: .example) : nil
    }

    public mutating func reference(_ name: StaticString, _ value: inout EventReference) throws(FieldError) {
        value = .position(Self.place)
    }

    public mutating func references(_ name: StaticString, _ values: inout [EventReference]) throws(FieldError) {
        values = [.position(Self.place)]
    }

    public mutating func justifications(_ name: StaticString, _ values: inout [Justification]) throws(FieldError) {
        values = [Justification(claim: "sub", event: .position(Self.place))]
    }

    private mutating func sampled<Group: FieldGroup>() throws(FieldError) -> Group {
        var group = Group()
        try group.visit(&self)
        return group
    }

    /// What the name suggests, where the type takes it.
    private func example<Value: TextValue>(of name: StaticString) -> Value {
        Self.texts["\(name)"].flatMap { Value(text: $0) } ?? Value.example
    }

    private static let place: Position = 40

    private static let integers: [String: Int64] = [
        "access_token_seconds": 300, "ahead_us": -250_000, "auth_time": 1_790_000_000, "below": 65_536,
        "consulted": 39, "exp": 1_790_000_300, "iat": 1_790_000_000, "issued_at": 1_790_000_000,
        "maximum_in_flight": 32, "operator_key_days": 90, "predecessor_age_us": 1_500_000,
        "refresh_absolute_seconds": 2_592_000, "refresh_idle_seconds": 86_400, "retry_after": 5, "root_at": 65_536,
        "size": 70_000, "status": 401, "tag_epoch": 2_959, "tag_retention_days": 30, "timeout_ms": 3_000,
        "token_ttl_seconds": 300, "took_us": 41_500, "unrecognised_retention_days": 30,
    ]

    /// The key of RFC 7515, appendix A.3.1.
    private static let publicKey = """
        {"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",\
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
        """

    private static let texts: [String: String] = [
        "acr": "urn:example:loa:2", "acr_values": "urn:example:loa:2", "action": "history", "actions": "can_read",
        "alg": "ES256", "amr": "pwd", "aud": "https://auth.example/prod/orders",
        "audience": "https://auth.example/prod/orders", "base_path": "/orders", "by": OperatorID.example.text,
        "ceremony": "0123456789abcdef0123456789abcdef", "command": "identity.link", "content_type": "application/json",
        "dropped": "acr", "equal": "1", "error": "invalid_grant", "failure": "timeout", "field": "tenant",
        "fields": "tenant", "from": "app.extra_info.tenant", "grant": "password", "history": AppID.example.text,
        "id": DecisionID.example.text, "iss": "https://auth.example/prod", "issuer": "https://auth.example/prod",
        "jwk": publicKey, "key": "salt-1", "kid": "2026-09-token",
        "levels": "urn:example:loa:2", "methods": "GET", "migrated_from": "OAuth Directory",
        "origin": "ledger.example/prod", "public": publicKey, "path": "/customers/{customer}",
        "previous_origin": "ledger.example/before",
        "reason": "unknown_target", "resource": "https://auth.example/prod/orders", "resource_type": "order",
        "scope": "orders.read", "scopes": "orders.read", "sector": "shop.example",
        "sub": AccountID.example.text, "subject": AccountID.example.text, "target": IdentityID.example.text,
        "thumbprint": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I", "typ": "at+jwt",
        "url": "https://users.example/verify", "user_store": "customers", "version": "1.0.0",
        "vkey": "ledger.example/prod+01234567+AQID", "vot": "P1.Cc", "vtm": "https://auth.example/vtm",
    ]
}
