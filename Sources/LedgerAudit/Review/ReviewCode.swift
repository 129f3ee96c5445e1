/// What a review can find. Raw values are for programs and stay the same; their order is that of the report.
public enum ReviewCode: String, CaseIterable, Sendable {
    // The estate.
    case plainHTTP = "plain_http"
    case acceptsAnything = "accepts_anything"
    case keyCompromised = "key_compromised"
    case recordingGap = "recording_gap"
    case passwordGrantOn = "password_grant_on"
    case thirdPartyPassword = "third_party_password"
    case emptyChain = "empty_chain"
    case mixedChain = "mixed_chain"
    case chainTooLong = "chain_too_long"
    case sharedUserStore = "shared_user_store"
    case subjectIsUserName = "subject_is_user_name"
    case probeOff = "probe_off"
    case suspendedIdentity = "suspended_identity"
    case noPasswordAPI = "no_password_api"
    case oauthNotDeployed = "oauth_not_deployed"
    case sharedBasePath = "shared_base_path"
    // Access rules.
    case endpointWithoutRule = "endpoint_without_rule"
    case endpointOnlyValidToken = "endpoint_only_valid_token"
    case permissiveLastRule = "permissive_last_rule"
    case ruleNeverReached = "rule_never_reached"
    // What happened.
    case decisionWithoutOutcome = "decision_without_outcome"
    case tokenBelowLevel = "token_below_level"
    case bearerOnSensitiveEndpoint = "bearer_on_sensitive_endpoint"
    case tokenFromSeveralCallers = "token_from_several_callers"
    case refreshTokenReused = "refresh_token_reused"
    case issuedAfterIndeterminate = "issued_after_indeterminate"
    case liveTokensOfGoneIdentity = "live_tokens_of_gone_identity"
    case briefIdentity = "brief_identity"
    case issuanceAfterChange = "issuance_after_change"
    case failuresOfUser = "failure_burst_user"
    case failuresOfSource = "failure_burst_source"
    case failuresOfApp = "failure_burst_app"
    case identityNeverSuccessful = "identity_never_successful"
    case identityUnavailable = "identity_unavailable"
    case identitySlow = "identity_slow"
    case unusedLink = "unused_link"
    case possibleDuplicate = "possible_duplicate"
    // The record and who keeps it.
    case relaxedRecording = "relaxed_recording"
    case anchorNotEveryCommit = "anchor_not_every_commit"
    case anchorReset = "anchor_reset"
    case incarnated = "ledger_incarnated"
    case limitsWidened = "limits_widened"
    case clockConfirmed = "clock_confirmed"
    case requestsSuppressed = "requests_suppressed"
    case firstOperatorHasAllRoles = "first_operator_all_roles"
    case singleOperator = "single_operator"
    case operatorKeyExpired = "operator_key_expired"
    case filesTogether = "files_together"
}

extension ReviewCode {
    public var severity: ReviewSeverity {
        switch self {
        case .plainHTTP, .acceptsAnything, .keyCompromised, .recordingGap: .breach
        case .passwordGrantOn, .thirdPartyPassword, .emptyChain, .mixedChain, .chainTooLong, .sharedUserStore,
            .probeOff, .endpointWithoutRule, .endpointOnlyValidToken, .permissiveLastRule, .decisionWithoutOutcome,
            .tokenBelowLevel, .bearerOnSensitiveEndpoint, .tokenFromSeveralCallers, .refreshTokenReused,
            .issuedAfterIndeterminate, .liveTokensOfGoneIdentity, .briefIdentity, .issuanceAfterChange,
            .failuresOfUser, .failuresOfSource, .failuresOfApp, .identityNeverSuccessful, .identityUnavailable,
            .relaxedRecording, .anchorNotEveryCommit, .anchorReset, .incarnated:
            .warning
        case .subjectIsUserName, .suspendedIdentity, .noPasswordAPI, .oauthNotDeployed, .sharedBasePath,
            .ruleNeverReached, .identitySlow, .unusedLink, .possibleDuplicate, .limitsWidened, .clockConfirmed,
            .requestsSuppressed, .firstOperatorHasAllRoles, .singleOperator, .operatorKeyExpired, .filesTogether:
            .notice
        }
    }
}
