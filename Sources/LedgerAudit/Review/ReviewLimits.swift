/// What a review keeps in memory at most. Whatever does not fit is counted, and the report says so.
public enum ReviewLimits {
    /// Events that a finding names as its proof; it counts all of them.
    public static let maximumEvidence = 10
    /// Findings that a report holds; the gravest are kept.
    public static let maximumFindings = 2_000
    /// Findings of one code: a flood of one kind must not hide the others.
    public static let maximumFindingsOfOneCode = 100
    /// Decisions under way at once, whose request is remembered until their outcome.
    public static let maximumOpenDecisions = 100_000
    /// Steps of the charts over time.
    public static let maximumSteps = 72
    /// Parts of the period in which issuance is counted for each environment.
    public static let maximumMoments = 4_096
    /// Kinds of attempts (environment, Identity, APIs that lead to it) that are counted apart.
    public static let maximumAttemptKinds = 20_000
    /// Kinds of tokens (issuer, audience, level, bound or not) on one estate that are counted apart.
    public static let maximumTokenKinds = 20_000
    /// User names, sources and apps whose failures are watched at once, of each.
    public static let maximumWatched = 65_536
    /// Names whose account is remembered.
    public static let maximumNames = 1_000_000
    /// Pairs of accounts that one name opened.
    public static let maximumDuplicates = 1_000
    /// Live tokens of Identities that are gone.
    public static let maximumLiveTokens = 100_000
    /// Access tokens that are watched for a second caller.
    public static let maximumPresentedTokens = 200_000
    /// Versions of the estate for each of which its standing findings and chains are looked at.
    public static let maximumVersions = 2_000
    /// Changes of chains that a report names.
    public static let maximumChainChanges = 1_000
    /// Words of events (reasons, grants, environments) that are told apart.
    public static let maximumWords = 65_536
}
