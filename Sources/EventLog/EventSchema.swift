public import AuthorizationCore
public import CanonicalJSON
public import FieldCoding

/// The JSON Schema of an event's recorded form, made from the same fields that ``RecordedForm`` reads and writes.
///
/// The documents lie in `Schemas/events`; a test compares them with these, byte for byte.
public enum EventSchema {
    /// The schema of events of this type (JSON Schema, draft 2020-12), with its meaning and one example.
    public static func document(of type: EventType) throws(RecordedFormError) -> JSONValue {
        let leaf = try RecordedForm.encode(try example(of: type))
        guard let example = try? JSON.parse(leaf), case .object(var document) = try schema(of: type) else {
            throw .unknownType
        }
        document["$id"] = .string("urn:authledger:event:\(type.rawValue):v\(Event.version)")
        document["$schema"] = .string("https://json-schema.org/draft/2020-12/schema")
        document["title"] = .string(type.rawValue)
        document["description"] = .string(type.meaning)
        document["examples"] = .array([example])
        return .object(document)
    }

    /// An event of this type whose every field holds an example, the same one every time.
    public static func example(
        of type: EventType, optionals: FieldSampler.Optionals = .present
    ) throws(RecordedFormError) -> Event {
        var data = EventData(empty: type)
        var sampler = FieldSampler(optionals: optionals)
        do {
            try data.visit(&sampler)
        } catch {
            throw .fields(error)
        }
        return Event(
            position: 41, recordedAt: .example, actor: .service,
            correlation: data.isEstate ? CommandID.example.text : DecisionID.example.text, blind: .example, data: data)
    }

    private static func schema(of type: EventType) throws(RecordedFormError) -> JSONValue {
        var fields = FieldDescriber()
        var inner = FieldDescriber()
        var data = EventData(empty: type)
        var actor = Actor()
        var blind = Bytes16()
        var correlation = ""
        var position = EventReference.position(0)
        var recordedAt = Timestamp()
        do throws(FieldError) {
            try data.visit(&inner)
            try fields.group("actor", &actor)
            try fields.text("blind", &blind)
            try fields.text("correlation", &correlation)
            fields.member("data", inner.schema)
            try fields.reference("position", &position)
            try fields.text("recorded_at", &recordedAt)
            fields.member("type", .object(["const": .string(type.rawValue)]))
            fields.member("v", .object(["const": .integer(Event.version)]))
        } catch {
            throw .fields(error)
        }
        return fields.schema
    }
}

extension EventType {
    /// What an event of this type says, in one sentence.
    public var meaning: String {
        switch self {
        case .ledgerCreated: "The ledger began, under this origin and with this checkpoint key."
        case .ledgerConfigured:
            "The settings of the whole ledger are these from here on; what is absent has its default."
        case .keyAdded: "A key is known from here on; it signs nothing before it is activated."
        case .keyActivated:
            "The key is the one in use from here on, in place of its predecessor of the same use and environment."
        case .keyRetired: "The key left the published set; what it signed stays verifiable from the log."
        case .keyCompromised: "Nothing that the key signed since this moment is believed."
        case .engineActivated: "Decisions are made by the rules of this engine from here on."
        case .ledgerIncarnated:
            "The ledger went on from a restored copy under a new origin; this says which events may be lost."
        case .anchorReset: "An operator accepted the ledger although its anchor said otherwise."
        case .clockConfirmed: "An operator confirmed a clock that had jumped."

        case .operatorAdded: "An operator may act in these roles until the key expires."
        case .operatorRolesChanged: "An operator's roles are these from here on."
        case .operatorRemoved: "An operator may do nothing more."

        case .environmentCreated: "An environment exists from here on, and its tokens have this issuer for ever."
        case .environmentConfigured:
            "The settings of an environment are these from here on; what is absent has its default."
        case .oauthDeployed: "API OAuth issues tokens in the environment from here on."
        case .oauthUndeployed:
            "API OAuth no longer issues tokens in the environment; revocation and introspection stay."
        case .assuranceSchemeSet: "The levels of an assurance scheme stand in this order, lowest first."

        case .apiRegistered: "An API was registered, with its first revision."
        case .apiRevised: "An API got another immutable revision, which counts where it is deployed."
        case .apiRetired: "An API left every environment for good."
        case .apiDeployed: "This revision of an API is the one deployed in the environment."
        case .apiUndeployed: "An API is no longer deployed in the environment."
        case .apiCredentialAdded: "A resource server of the API may introspect tokens with this credential."

        case .identityRegistered:
            "An API Identity was registered, with its first revision and links; this position orders every chain."
        case .identityRevised: "An API Identity got another immutable revision, which counts where it is deployed."
        case .identityRetired: "An API Identity left every environment and chain for good."
        case .identityLinked: "An API Identity may vouch for users of the API from here on."
        case .identityUnlinked: "An API Identity no longer vouches for users of the API."
        case .identityDeployed: "This revision of an API Identity is the one deployed in the environment."
        case .identityUndeployed: "An API Identity is no longer deployed in the environment."
        case .identitySuspended: "An API Identity left every chain at once, until an operator resumes it."
        case .identityResumed: "A suspended API Identity stands in its chains again."

        case .appRegistered: "An app was registered, with its first revision and perhaps a client secret."
        case .appRevised: "An app got another revision, which counts everywhere at once."
        case .appSuspended: "An app gets no tokens until an operator resumes it."
        case .appResumed: "A suspended app may ask for tokens again."
        case .appSecretRotated: "An app has a new client secret; the ones before it hold until the overlap ends."
        case .appRetired: "An app gets no tokens any more."

        case .tokenRequested: "A token was asked for, and these are the facts that the decision may look at."
        case .validationAttempted:
            "One API Identity of the chain was asked about the user, or passed over, with this outcome."
        case .tokenIssued: "A token was decided, with these claims and the events that justify each of them."
        case .tokenRefused: "A token request got no token, for this reason."
        case .tokenRevoked: "What this names is no longer believed from here on."
        case .refreshUsed: "A refresh token was used and has a successor."
        case .refreshRepeated:
            "A refresh token was presented again soon after its answer was lost, and got another successor."
        case .refreshReuseDetected: "A refresh token that no longer holds was presented, so its whole family ended."

        case .accountOpened: "A subject of a user store was recognised for the first time in an environment."
        case .subjectAssigned: "An account is called by this subject in one sector, from here on and for ever."
        case .accountCredentialLinked: "An account can be opened in a second way, after proof of control of both."
        case .accountCredentialUnlinked: "An account can no longer be opened in this way."
        case .accountMergeProposed: "Two accounts may be one person's, and somebody is to decide."
        case .accountMerged: "One account became part of another, and this is what became visible by that."
        case .accountSplit: "One merge was undone."
        case .accountDeclaredSeparate:
            "These are deliberately several accounts, so nobody proposes again to merge them."
        case .accountHoldPlaced: "Nothing of these accounts or days is erased until the hold is lifted."
        case .accountHoldLifted: "A hold no longer keeps anything from being erased."
        case .personErased: "A person's values can no longer be read; what remains is what the proofs need."
        case .vaultDestroyed: "The key of a vault was destroyed, and with it what the vault's values said."

        case .accessDecided: "A batch of access decisions was made, one in each row."
        case .recordingGap:
            "After an unclean stop of relaxed recording, decisions between these moments may be missing."
        case .accessSealed: "An access log stood at this size and root, so that one checkpoint covers it too."
        case .accessPruned: "Entries of an access log below this place are no longer kept; its tree is."
        case .requestsSuppressed:
            "Requests that never authenticated were answered and counted, not recorded one by one."
        case .throttleCleared: "An operator let a user name or an app try again."

        case .auditRead: "Somebody read the record through the service."
        case .commandRefused: "An operator's command was refused, for this reason."
        }
    }
}
