import AuthorizationCore
import CanonicalJSON
import EventLog
import LedgerTestSupport
import Testing

/// What other parts read out of an event by its fields: the fences that it touches, the values that it seals.
@Suite struct RecordedFormFieldsTests {
    /// Which kinds of fence the example of each type touches, in order. A new type needs a row.
    private static let fences: [EventType: [String]] = [
        .ledgerCreated: ["estate"],
        .ledgerConfigured: ["estate"],
        .keyAdded: ["estate/environment"],
        .keyActivated: ["estate/environment"],
        .keyRetired: ["estate/environment"],
        .keyCompromised: ["estate/environment"],
        .engineActivated: ["estate"],
        .ledgerIncarnated: ["estate"],
        .anchorReset: [],
        .clockConfirmed: [],

        .operatorAdded: ["estate", "operator"],
        .operatorRolesChanged: ["estate", "operator"],
        .operatorRemoved: ["estate", "operator"],

        .environmentCreated: ["estate", "estate/environment"],
        .environmentConfigured: ["estate/environment"],
        .oauthDeployed: ["estate/environment"],
        .oauthUndeployed: ["estate/environment"],
        .assuranceSchemeSet: ["estate"],

        .apiRegistered: ["estate"],
        .apiRevised: ["estate"],
        .apiRetired: ["estate"],
        .apiDeployed: ["estate/environment"],
        .apiUndeployed: ["estate/environment"],
        .apiCredentialAdded: ["estate"],

        .identityRegistered: ["estate"],
        .identityRevised: ["estate"],
        .identityRetired: ["estate"],
        .identityLinked: ["estate"],
        .identityUnlinked: ["estate"],
        .identityDeployed: ["estate/environment"],
        .identityUndeployed: ["estate/environment"],
        .identitySuspended: ["estate"],
        .identityResumed: ["estate"],

        .appRegistered: ["estate"],
        .appRevised: ["estate"],
        .appSuspended: ["estate"],
        .appResumed: ["estate"],
        .appSecretRotated: ["estate"],
        .appRetired: ["estate"],

        .tokenRequested: ["proof"],
        .validationAttempted: [],
        .tokenIssued: ["family", "family/generation"],
        .tokenRefused: [],
        .tokenRevoked: ["token"],
        .refreshUsed: ["family"],
        .refreshRepeated: ["family"],
        .refreshReuseDetected: ["family"],

        .accountOpened: ["account", "subject"],
        .subjectAssigned: ["account"],
        .accountCredentialLinked: ["account", "subject"],
        .accountCredentialUnlinked: ["account", "subject"],
        .accountMergeProposed: ["account", "account"],
        .accountMerged: ["account", "account"],
        .accountSplit: ["account", "account"],
        .accountDeclaredSeparate: ["account"],
        .accountHoldPlaced: ["holds", "account"],
        .accountHoldLifted: ["holds"],
        .personErased: ["account", "subject", "family"],
        .vaultDestroyed: [],

        .accessDecided: [],
        .recordingGap: [],
        .accessSealed: [],
        .accessPruned: [],
        .requestsSuppressed: [],
        .throttleCleared: [],

        .auditRead: [],
        .commandRefused: [],
    ]

    @Test(arguments: EventType.allCases)
    func `each type says which fences it touches`(_ type: EventType) throws {
        let expected = try #require(Self.fences[type], "a new type needs a row")
        #expect(try EventSchema.example(of: type).data.touchedFences.map(\.kind) == expected)
    }

    @Test(arguments: EventType.allCases)
    func `estate events touch a fence of the estate, others do not`(_ type: EventType) throws {
        let data = try EventSchema.example(of: type).data
        let touches = data.touchedFences.contains { $0.kind.hasPrefix("estate") }
        // Nothing is decided by what these two say.
        let decidesNothing = type == .anchorReset || type == .clockConfirmed
        #expect(touches == (data.isEstate && !decidesNothing))
    }

    @Test(arguments: [
        (TokenRevoked.Scope.token, DecisionID.example.text, ["token"]),
        (.family, FamilyID.example.text, ["family"]),
        (.account, AccountID.example.text, ["account"]),
        (.app, AppID.example.text, ["estate"]),
        (.key, "2026-09-token", ["estate"]),
        (.vouchedBy, IdentityID.example.text, ["estate"]),
    ])
    func `a revocation touches what it revokes`(_ scope: TokenRevoked.Scope, _ id: String, _ fences: [String]) {
        var revoked = TokenRevoked()
        revoked.scope = scope
        revoked.id = id
        #expect(EventData.tokens(.revoked(revoked)).touchedFences.map(\.kind) == fences)
    }

    @Test func `a ledger-wide key touches the estate`() {
        var added = KeyAdded()
        added.use = .checkpoint
        #expect(EventData.ledger(.keyAdded(added)).touchedFences == [.estate])
    }

    /// Found a second time in the bytes: an object of exactly the three members that a sealed value has.
    @Test(arguments: EventType.allCases)
    func `every sealed value is found, with its path`(_ type: EventType) throws {
        let event = try EventSchema.example(of: type)
        let data = try #require(try JSON.parse(try RecordedForm.encode(event)).objectValue?["data"])
        let found = SealedFields.of(event.data)
        #expect(found.map(\.path) == sealedPaths(in: data))
        for field in found {
            #expect(field.value == SealedValue(vault: .example, commitment: .example, ciphertextHash: .example))
        }
    }

    @Test func `sealed values are where personal values are`() throws {
        let paths = try EventType.allCases.flatMap { type in
            SealedFields.of(try EventSchema.example(of: type).data).map { "\(type.rawValue) \($0.path)" }
        }
        #expect(paths.contains("token.requested user_name"))
        #expect(paths.contains("token.refused request.source"))
        #expect(paths.contains("validation.attempted extra_info_sealed"))
        #expect(paths.contains("token.issued signing_input.salt"))
        #expect(paths.contains("access.decided rows.0.target"))
        #expect(paths.contains("identity.registered content.destinations.0.destination.query"))
    }

    private func sealedPaths(in value: JSONValue, at path: String = "") -> [String] {
        if let object = value.objectValue {
            if object.members.map(\.name) == ["ciphertext_hash", "commitment", "vault"] { return [path] }
            return object.members.flatMap {
                sealedPaths(in: $0.value, at: path.isEmpty ? $0.name : "\(path).\($0.name)")
            }
        }
        return (value.arrayValue ?? []).enumerated().flatMap { sealedPaths(in: $0.element, at: "\(path).\($0.offset)") }
    }
}
