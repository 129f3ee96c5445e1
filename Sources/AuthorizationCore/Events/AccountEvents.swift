/// Accounts, what opens them, and how they end.
public enum AccountEvent: Sendable {
    case opened(AccountOpened)
    case subjectAssigned(SubjectAssigned)
    case credentialLinked(CredentialLinked)
    case credentialUnlinked(CredentialUnlinked)
    case mergeProposed(AccountMergeProposed)
    case merged(AccountMerged)
    case split(AccountSplit)
    case declaredSeparate(AccountsDeclaredSeparate)
    case holdPlaced(HoldPlaced)
    case holdLifted(HoldLifted)
    case personErased(PersonErased)
    case vaultDestroyed(VaultDestroyed)
}

/// A subject of a user store was recognised for the first time in an environment.
public struct AccountOpened: FieldGroup, Hashable {
    public var account = AccountID()
    public var environment = EnvironmentName()
    public var subjectKind = SubjectKind.userName
    public var subjectReference = SubjectReference()
    public var userName: SealedValue?
    public var userStore = ""
    public var vault = VaultID()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("account", &account)
        try fields.text("environment", &environment)
        try fields.text("subject_kind", &subjectKind)
        try fields.text("subject_ref", &subjectReference)
        try fields.group("user_name", &userName)
        try fields.text("user_store", &userStore)
        try fields.text("vault", &vault)
    }
}

/// What an account is called in one sector, from here on and for ever.
public struct SubjectAssigned: FieldGroup {
    public var account = AccountID()
    /// The id of the salt key that it was computed with.
    public var key = ""
    public var sector = ""
    public var subject = ""

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("account", &account)
        try fields.text("key", &key)
        try fields.text("sector", &sector)
        try fields.text("sub", &subject)
    }
}

/// A second way to open an account, after fresh proof of control of both, or by two operators.
public struct CredentialLinked: FieldGroup {
    public var account = AccountID()
    public var approvedBy: OperatorID?
    public var ceremony: String?
    /// The accepted decisions that proved control.
    public var decisions: [DecisionID] = []
    public var environment = EnvironmentName()
    public var proposedBy: OperatorID?
    public var subjectKind = SubjectKind.userName
    public var subjectReference = SubjectReference()
    public var userStore = ""

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("account", &account)
        try fields.text("approved_by", &approvedBy)
        try fields.text("ceremony", &ceremony)
        try fields.texts("decisions", &decisions)
        try fields.text("environment", &environment)
        try fields.text("proposed_by", &proposedBy)
        try fields.text("subject_kind", &subjectKind)
        try fields.text("subject_ref", &subjectReference)
        try fields.text("user_store", &userStore)
    }
}

public struct CredentialUnlinked: FieldGroup {
    public var account = AccountID()
    public var reason: SealedValue?
    public var subjectReference = SubjectReference()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("account", &account)
        try fields.group("reason", &reason)
        try fields.text("subject_ref", &subjectReference)
    }
}

public struct AccountMergeProposed: FieldGroup {
    public enum Origin: String, CaseIterable, TextValue {
        case duplicateFinder = "duplicate_finder"
        case byOperator = "operator"
        case ceremony
    }

    public var from = AccountID()
    public var into = AccountID()
    public var origin = Origin.byOperator
    public var reason: SealedValue?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("from", &from)
        try fields.text("into", &into)
        try fields.text("origin", &origin)
        try fields.group("reason", &reason)
    }
}

/// One account became part of another. It lists what became visible by that.
public struct AccountMerged: FieldGroup {
    public var approvedBy: OperatorID?
    public var ceremony: String?
    public var decisions: [DecisionID] = []
    public var from = AccountID()
    public var into = AccountID()
    public var proposal: EventReference = .position(0)
    /// APIs that will see another subject.
    public var resubjected: [APIID] = []
    /// References by which the merged account can now be opened.
    public var visible: [SubjectReference] = []

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("approved_by", &approvedBy)
        try fields.text("ceremony", &ceremony)
        try fields.texts("decisions", &decisions)
        try fields.text("from", &from)
        try fields.text("into", &into)
        try fields.reference("proposal", &proposal)
        try fields.texts("resubjected", &resubjected)
        try fields.texts("visible", &visible)
    }
}

/// Undoes one merge.
public struct AccountSplit: FieldGroup {
    public var account = AccountID()
    public var approvedBy: OperatorID?
    public var merge: EventReference = .position(0)
    public var reason: SealedValue?
    public var restored = AccountID()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("account", &account)
        try fields.text("approved_by", &approvedBy)
        try fields.reference("merge", &merge)
        try fields.group("reason", &reason)
        try fields.text("restored", &restored)
    }
}

/// These are deliberately several accounts: nobody proposes to merge them again.
public struct AccountsDeclaredSeparate: FieldGroup {
    public var accounts: [AccountID] = []

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.texts("accounts", &accounts)
    }
}

/// Nothing of these accounts, and no vault of these days, is erased until the hold is lifted.
public struct HoldPlaced: FieldGroup {
    public var accounts: [AccountID] = []
    public var authority: SealedValue?
    /// Days since 1970.
    public var firstDay: Int64?
    public var hold = HoldID()
    public var lastDay: Int64?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.texts("accounts", &accounts)
        try fields.group("authority", &authority)
        try fields.integer("first_day", &firstDay)
        try fields.text("hold", &hold)
        try fields.integer("last_day", &lastDay)
    }
}

public struct HoldLifted: FieldGroup {
    public var approvedBy: OperatorID?
    public var authority: SealedValue?
    public var hold = HoldID()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("approved_by", &approvedBy)
        try fields.group("authority", &authority)
        try fields.text("hold", &hold)
    }
}

/// A person's values can no longer be read; what remains is what the proofs need.
public struct PersonErased: FieldGroup {
    public var accounts: [AccountID] = []
    public var authority: SealedValue?
    /// Copies of keys made before this may still open the values.
    public var completeAfter = Timestamp()
    public var families: [FamilyID] = []
    public var references: [SubjectReference] = []
    /// Live tokens that were revoked.
    public var tokens: Int64 = 0
    public var vaults: [VaultID] = []

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.texts("accounts", &accounts)
        try fields.group("authority", &authority)
        try fields.text("complete_after", &completeAfter)
        try fields.texts("families", &families)
        try fields.texts("refs", &references)
        try fields.integer("tokens", &tokens)
        try fields.texts("vaults", &vaults)
    }
}

public struct VaultDestroyed: FieldGroup {
    public enum Kind: String, CaseIterable, TextValue { case account, day }

    /// Of a day's vault: days since 1970.
    public var day: Int64?
    public var kind = Kind.day
    public var vault = VaultID()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.integer("day", &day)
        try fields.text("kind", &kind)
        try fields.text("vault", &vault)
    }
}
