extension ReviewCode {
    /// A few words for a heading.
    public var heading: String {
        switch self {
        case .plainHTTP: "Passwords travel over plain http"
        case .acceptsAnything: "A destination accepted anything"
        case .keyCompromised: "A key is not believed any more"
        case .recordingGap: "Access decisions may be missing"
        case .passwordGrantOn: "The password grant is switched on"
        case .thirdPartyPassword: "A third-party app names the password grant"
        case .emptyChain: "The Password option is on, and nobody can vouch"
        case .mixedChain: "A chain leads to stores of different owners"
        case .chainTooLong: "A chain is longer than what is asked"
        case .sharedUserStore: "Identities share a user store"
        case .subjectIsUserName: "People are told apart by the name that was typed"
        case .probeOff: "A destination is not probed"
        case .suspendedIdentity: "An Identity is suspended"
        case .noPasswordAPI: "An app names a grant that no API of it has"
        case .oauthNotDeployed: "API OAuth is not deployed"
        case .sharedBasePath: "APIs share a base path"
        case .endpointWithoutRule: "Endpoints have no rule"
        case .endpointOnlyValidToken: "A rule checks only that the token is valid"
        case .permissiveLastRule: "The last rule lets through what no other names"
        case .ruleNeverReached: "A rule is never reached"
        case .decisionWithoutOutcome: "A decision has no outcome"
        case .tokenBelowLevel: "Tokens were issued below the level that an endpoint asks"
        case .bearerOnSensitiveEndpoint: "Bearer tokens were issued for sensitive endpoints"
        case .tokenFromSeveralCallers: "One token was presented by several callers"
        case .refreshTokenReused: "A refresh token was presented after it was used"
        case .issuedAfterIndeterminate: "Tokens were issued although a newer Identity could not answer"
        case .liveTokensOfGoneIdentity: "Tokens hold on the word of an Identity that is gone"
        case .briefIdentity: "An Identity stood in a chain briefly, and vouched"
        case .issuanceAfterChange: "Unusually many tokens followed a change"
        case .failuresOfUser: "Many failures for one user name"
        case .failuresOfSource: "Many failures from one source"
        case .failuresOfApp: "Many failures of one app"
        case .identityNeverSuccessful: "An Identity never accepted anybody"
        case .identityUnavailable: "An Identity often could not answer"
        case .identitySlow: "An Identity is always slow"
        case .unusedLink: "Nothing uses a link"
        case .possibleDuplicate: "One name opens several accounts"
        case .relaxedRecording: "Access decisions are recorded relaxed"
        case .anchorNotEveryCommit: "The anchor is not written with every commit"
        case .anchorReset: "A ledger was accepted against its anchor"
        case .incarnated: "The ledger went on from a copy"
        case .limitsWidened: "The limits on guessing are wider than by default"
        case .clockConfirmed: "A clock that had jumped was confirmed"
        case .requestsSuppressed: "Requests were counted, and not recorded one by one"
        case .firstOperatorHasAllRoles: "The first operator still has all roles"
        case .singleOperator: "There is a single operator"
        case .operatorKeyExpired: "An operator's key has expired"
        case .filesTogether: "Ledger, keys, vaults and anchor lie together"
        }
    }

    /// What to do about it.
    public var mend: String {
        switch self {
        case .plainHTTP: "Give the destination an https URL, in a new revision of the Identity that is then deployed."
        case .acceptsAnything:
            "Mend the destination first; revoke what the Identity vouched for ('authaudit impact' lists it); let another "
                + "operator resume it."
        case .keyCompromised: "Activate a new key, and revoke what the old one signed."
        case .recordingGap: "Set the environment's recording to durable, and find out why the service ended uncleanly."
        case .passwordGrantOn:
            "RFC 9700 (section 2.4) says that this grant must not be used. Move the app to a flow without passwords, or "
                + "record why first-party use is acceptable."
        case .thirdPartyPassword: "Take the grant out of the app's registration: it is never given to third parties."
        case .emptyChain: "Link and deploy an API Identity, or switch the Password option off."
        case .mixedChain:
            "Every store that is asked sees the password. Split the API, or unlink the Identities whose owner must not."
        case .chainTooLong: "Unlink Identities until no more than 16 are left: the oldest are never asked."
        case .sharedUserStore:
            "Confirm that both destinations know the same people by the same names; else give each a store of its own."
        case .subjectIsUserName:
            "Let the store answer with a stable subject, and register the Identity with subject_from 'answer'."
        case .probeOff: "Switch the probe on: it finds a destination that says yes to everything."
        case .suspendedIdentity: "Find out why; then resume, unlink or retire it."
        case .noPasswordAPI: "Take the grant out of the app, or switch the option on in an API that it names."
        case .oauthNotDeployed: "Deploy API OAuth, or undeploy the APIs."
        case .sharedBasePath: "Give each API a path of its own: a gateway cannot tell them apart."
        case .endpointWithoutRule:
            "Without a rule nobody is let in. Add a rule for each endpoint that is meant to be reached."
        case .endpointOnlyValidToken:
            "Let the rule ask how the identity is used: a scope, a level, an age, a bound token, or an equality such as "
                + "{account} = sub."
        case .permissiveLastRule:
            "Name the endpoints one by one and leave out the last rule: what no rule names is denied."
        case .ruleNeverReached: "Take the rule away, or put it before the one that covers it."
        case .decisionWithoutOutcome:
            "A password may have reached a store, and nobody knows what came of it. Look at the service's log of that "
                + "moment; 'authaudit verify' lists all of them."
        case .tokenBelowLevel:
            "Let apps ask for the level (acr_values), link an Identity that can vouch for it, or lower the rule."
        case .bearerOnSensitiveEndpoint:
            "Set require_bound on the API, or ask for a bound token in the rule: whoever copies a bearer token can use it."
        case .tokenFromSeveralCallers:
            "Ask the app's owner; bind its tokens (DPoP or mutual TLS); revoke what was copied."
        case .refreshTokenReused:
            "The family has ended. Find out whether the app lost an answer or somebody copied the token."
        case .issuedAfterIndeterminate:
            "An older store may accept whom the newer one has locked out. Set on_unavailable to 'stop', or accept it."
        case .liveTokensOfGoneIdentity:
            "See them with 'authaudit impact --identity ID', and revoke them with 'authledger revoke'."
        case .briefIdentity: "Ask who linked it and why; revoke what it vouched for if nobody can say."
        case .issuanceAfterChange: "Compare the change with its request, and the tokens with what the app usually does."
        case .failuresOfUser: "Ask the account's owner; lower the limit on failures per user name if this goes on."
        case .failuresOfSource: "Many names from one source is guessing: block the source before the service."
        case .failuresOfApp: "Look for a wrong configuration, or for guessing through the app; suspend it if needed."
        case .identityNeverSuccessful:
            "Check its destination and what counts as accepted; unlink it if nobody needs it."
        case .identityUnavailable:
            "Mend the store or its network; while it is silent, older Identities are asked instead."
        case .identitySlow: "Mend the store: every login that reaches it waits."
        case .unusedLink: "Unlink what nobody needs: each Identity in a chain can open every account of its store."
        case .possibleDuplicate:
            "Not an immediate risk. Let the holder prove control of both accounts and link them, or declare them separate."
        case .relaxedRecording: "Set the environment's recording to durable."
        case .anchorNotEveryCommit: "Serve with --anchor-every commit."
        case .anchorReset: "Compare checkpoints that others keep with this ledger ('authaudit prove --consistency')."
        case .incarnated: "Compare the lost part with receipts that apps and auditors keep."
        case .limitsWidened: "Set the limits back, or record why guessing may go on for longer."
        case .clockConfirmed: "Compare the time with another source; what was recorded meanwhile bears a wrong time."
        case .requestsSuppressed: "Look for a flood of requests before the service; the counts are all that is kept."
        case .firstOperatorHasAllRoles: "Add operators with one task each, and take roles away from the first."
        case .singleOperator: "Add a second operator: until then nobody approves what one person does."
        case .operatorKeyExpired: "Remove the operator, or let an administrator give a new key."
        case .filesTogether: "Put keys, vaults and anchor on other disks or hosts (--keys, --vaults, --anchor)."
        }
    }
}
