internal import AuthorizationCore

// The seven tenets of NIST SP 800-207, section 2.1, each with the figures of this review and the command that gives them.
extension ReviewReport {
    static func tenets(of report: ReviewReport) -> [Tenet] {
        TenetWriter(report: report).all
    }
}

private struct TenetWriter {
    let report: ReviewReport

    private var totals: ReviewReport.Totals { report.totals }
    /// What makes a command speak of the same period.
    private var period: String {
        "--ledger FILE --from \(report.scope.range.lowerBound) --to \(max(report.scope.range.lowerBound, report.scope.range.upperBound - 1))"
    }
    /// Of a command that filters by environment.
    private var place: String {
        report.scope.isNarrowed ? report.scope.environments.map { " --environment \($0.text)" }.joined() : ""
    }

    var all: [ReviewReport.Tenet] {
        [resources, communication, sessions, policy, posture, enforcement, collection]
    }

    private func figure(_ label: String, _ value: Int64) -> ReviewReport.Tenet.Figure {
        .init(label: label, value: "\(value)")
    }
    private func figure(_ label: String, _ value: Int) -> ReviewReport.Tenet.Figure {
        .init(label: label, value: "\(value)")
    }
    private func share(_ label: String, _ part: Int64, of whole: Int64) -> ReviewReport.Tenet.Figure {
        guard whole > 0 else { return .init(label: label, value: "none of 0") }
        return .init(label: label, value: "\(part) of \(whole) (\(Percent.text(part, of: whole)))")
    }

    private var resources: ReviewReport.Tenet {
        .init(
            number: 1, title: "All data sources and computing services are considered resources.",
            statement:
                "Every API and every user store is registered, versioned and deployed by name; what is not registered "
                + "gets no token.",
            figures: [
                figure("APIs deployed", totals.apis), figure("API Identities deployed", totals.identities),
                figure("apps in use", totals.apps), figure("access rules", totals.rules),
            ],
            queries: [
                .init(
                    command: "authaudit history \(period) --type api. --type identity. --type app.",
                    gives: "every registration, revision and deployment of the period"),
                .init(
                    command: "authaudit chain --ledger FILE --environment NAME --api API --at PLACE",
                    gives: "who could vouch for an API's users at any moment"),
            ],
            codes: [
                .endpointWithoutRule, .permissiveLastRule, .ruleNeverReached, .sharedBasePath, .noPasswordAPI,
                .oauthNotDeployed, .emptyChain, .unusedLink,
            ])
    }

    private var communication: ReviewReport.Tenet {
        .init(
            number: 2, title: "All communication is secured regardless of network location.",
            statement:
                "A password goes to a destination by its URL alone; no address makes a request trusted, and none turns a "
                + "denial into an access.",
            figures: [
                share("destinations over https", Int64(totals.httpsDestinations), of: Int64(totals.destinations)),
                share("tokens bound to a key", totals.bound, of: totals.bound + totals.bearer),
            ],
            queries: [
                .init(
                    command: "authaudit history --ledger FILE --type identity.registered --type identity.revised",
                    gives: "the events that hold every destination"),
                .init(
                    command: "authaudit history \(period)\(place) --type token.issued --format json",
                    gives: "the tokens; a bound one has the claim cnf"),
            ],
            codes: [.plainHTTP, .bearerOnSensitiveEndpoint, .tokenFromSeveralCallers])
    }

    private var sessions: ReviewReport.Tenet {
        .init(
            number: 3, title: "Access to individual enterprise resources is granted on a per-session basis.",
            statement: "A token names its audience and ends; what it opens is decided anew at each call.",
            figures: [
                figure("tokens issued", totals.outcomes.issued),
                share("tokens for several APIs at once", totals.severalAudiences, of: totals.outcomes.issued),
                figure("longest token lifetime in seconds", totals.longestLifetime),
                figure("tokens that came with a refresh token", totals.families),
            ],
            queries: [
                .init(
                    command: "authaudit history \(period)\(place) --type token.issued",
                    gives: "\(totals.outcomes.issued) tokens"),
                .init(
                    command: "authaudit impact --ledger FILE --identity ID",
                    gives: "the live tokens that one Identity vouched for"),
            ],
            codes: [
                .passwordGrantOn, .thirdPartyPassword, .refreshTokenReused, .liveTokensOfGoneIdentity,
                .tokenFromSeveralCallers,
            ])
    }

    private var policy: ReviewReport.Tenet {
        .init(
            number: 4,
            title:
                "Access to resources is determined by dynamic policy, including the observable state of client identity, "
                + "application, service and requesting asset, and may include other behavioural and environmental attributes.",
            statement:
                "Decisions follow the chain, rules and limits that stood at their moment; how people behave counts through "
                + "the throttles.",
            figures: [
                figure("changes of the estate", totals.estateEvents),
                figure("changes of chains", report.chainChangeCount),
                figure("refused by a throttle", totals.outcomes.throttled),
                share(
                    "tokens that state a level", report.levels.filter { $0.acr != nil }.reduce(0) { $0 + $1.count },
                    of: totals.outcomes.issued),
            ],
            queries: [
                .init(
                    command: "authaudit explain --ledger FILE --decision ID",
                    gives: "the policy behind one decision, step by step"),
                .init(
                    command: "authaudit reproduce \(period)",
                    gives: "every decision of the period, made again from the policy of its moment"),
            ],
            codes: [
                .endpointOnlyValidToken, .permissiveLastRule, .tokenBelowLevel, .issuedAfterIndeterminate, .mixedChain,
                .chainTooLong, .issuanceAfterChange, .briefIdentity, .limitsWidened,
            ])
    }

    private var posture: ReviewReport.Tenet {
        .init(
            number: 5,
            title:
                "The enterprise monitors and measures the integrity and security posture of all owned and associated assets.",
            statement: "Destinations are probed, their answers timed, and the record itself can be checked by anybody.",
            figures: [
                share("destinations that are probed", Int64(totals.probed), of: Int64(totals.destinations)),
                figure("Identities suspended", totals.suspensions),
                figure(
                    "calls that an Identity could not answer", report.identities.reduce(0) { $0 + $1.indeterminate }),
            ],
            queries: [
                .init(command: "authaudit verify --ledger FILE --vkey KEY", gives: "whether the record is whole"),
                .init(
                    command: "authaudit history \(period) --type identity.suspended",
                    gives: "\(totals.suspensions) suspensions"),
            ],
            codes: [
                .probeOff, .acceptsAnything, .suspendedIdentity, .identityNeverSuccessful, .identityUnavailable,
                .identitySlow,
                .keyCompromised, .operatorKeyExpired,
            ])
    }

    private var enforcement: ReviewReport.Tenet {
        var figures = [
            figure("token requests", totals.requests), figure("calls and passes of Identities", totals.attempts),
            figure("requests refused", totals.outcomes.all - totals.outcomes.issued),
            figure("decisions under way at the end", totals.open),
        ]
        if let access = totals.access {
            figures.append(share("calls denied at the gateway", access.denied, of: access.allowed + access.denied))
        }
        return .init(
            number: 6,
            title:
                "All resource authentication and authorization are dynamic and strictly enforced before access is allowed.",
            statement:
                "No token exists before its decision is recorded, and a decision comes out the same when it is made again.",
            figures: figures,
            queries: [
                .init(
                    command: "authaudit history \(period)\(place) --type token.refused",
                    gives: "\(totals.outcomes.all - totals.outcomes.issued) refusals"),
                .init(
                    command: "authaudit reproduce \(period)",
                    gives: "whether each outcome follows from what was recorded"),
            ],
            codes: [
                .decisionWithoutOutcome, .failuresOfUser, .failuresOfSource, .failuresOfApp, .endpointWithoutRule,
                .endpointOnlyValidToken, .singleOperator, .firstOperatorHasAllRoles,
            ])
    }

    private var collection: ReviewReport.Tenet {
        .init(
            number: 7,
            title: "The enterprise collects as much information as possible about the current state of assets, network "
                + "infrastructure and communications and uses it to improve its security posture.",
            statement: "Every decision is an event before it is an answer; this review is made of them.",
            figures: [
                figure("events in the period", totals.events),
                figure("reads of the record that were recorded", totals.auditReads),
                figure("commands refused", totals.commandsRefused),
                figure("findings", report.findings.count),
            ],
            queries: [
                .init(
                    command: "authaudit history \(period)", gives: "\(totals.events) events"),
                .init(
                    command: "authaudit history \(period) --type audit.read", gives: "\(totals.auditReads) reads"),
            ],
            codes: [
                .relaxedRecording, .recordingGap, .anchorNotEveryCommit, .anchorReset, .incarnated, .requestsSuppressed,
                .clockConfirmed, .filesTogether, .possibleDuplicate, .subjectIsUserName, .sharedUserStore,
            ])
    }
}

/// Shares as people read them.
enum Percent {
    /// With one decimal place, never rounded up to a whole that it is not.
    static func text(_ part: Int64, of whole: Int64) -> String {
        guard whole > 0 else { return "0 %" }
        let tenths = part * 1_000 / whole
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
