import AuthorizationCore
import EventLog
import SyntheticLedgers
import Testing

@testable import LedgerAudit

@Suite struct ReviewFindingTests {
    /// Something that a reviewer must say, and the types of the events that prove it.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: ReviewCode
        let types: Set<String>
        let act: @Sendable (inout ReviewScene) throws -> Void

        init(
            _ description: String, _ code: ReviewCode, _ types: Set<String>,
            _ act: @escaping @Sendable (inout ReviewScene) throws -> Void
        ) {
            testDescription = description
            self.code = code
            self.types = types
            self.act = act
        }
    }

    @Test func `an estate without faults gives a reviewer the password grant to speak of, and nothing else`() throws {
        var scene = try ReviewScene()
        for user in 0..<30 { try scene.ask(user: user) }
        let report = try scene.report()
        #expect(report.codes == [.passwordGrantOn])
        #expect(report.totals.outcomes.issued == 30 && report.totals.requests == 30 && report.totals.attempts == 30)
    }

    @Test(arguments: estate + rules + ledger + flow)
    func `what must be said is said once, with the events that prove it`(_ wanted: Case) throws {
        var scene = try ReviewScene()
        try wanted.act(&scene)
        try scene.flush()
        let report = try scene.report()
        let found = report.findings(wanted.code)
        let finding = try #require(found.first, "found \(report.codes.map(\.rawValue).sorted())")
        #expect(found.count == 1, "\(found.map(\.sentence))")
        let types = try Set(scene.types(finding))
        #expect(types == wanted.types, "\(types.sorted())")
        #expect(finding.count >= Int64(finding.evidence.count))
        #expect(!finding.mend.isEmpty && finding.sentence.hasSuffix("."))
    }

    static let made: Set<String> = ["identity.registered", "identity.deployed"]
    static let madeAPI: Set<String> = ["api.revised", "api.deployed"]

    static func revise(_ scene: inout ReviewScene, _ change: (inout IdentityRevision) -> Void) {
        scene.ledger.revise(scene.store, to: 2, change)
        scene.ledger.deploy(scene.store, revision: 2, in: scene.prod)
    }

    static func rules(_ rules: [AccessRule], _ scene: inout ReviewScene, _ more: (inout APIRevision) -> Void = { _ in })
    {
        scene.ledger.revise(scene.orders, to: 2) {
            $0.accessRules = rules
            more(&$0)
        }
        scene.ledger.deploy(scene.orders, revision: 2, in: scene.prod)
    }

    static let estate = [
        Case("the password grant", .passwordGrantOn, ["api.registered", "api.deployed"]) { _ in },
        Case("plain http", .plainHTTP, ["identity.revised", "identity.deployed"]) {
            revise(&$0) { $0.destination.url = "http://store.example/check" }
        },
        Case("names as typed", .subjectIsUserName, ["identity.revised", "identity.deployed"]) {
            revise(&$0) { $0.subjectFrom = .userName }
        },
        Case("no probe", .probeOff, ["identity.revised", "identity.deployed"]) { revise(&$0) { $0.probe = .off } },
        Case("a suspended Identity", .suspendedIdentity, ["identity.suspended"]) { $0.ledger.suspend($0.store) },
        Case("a destination that accepts anything", .acceptsAnything, ["identity.suspended"]) {
            var suspended = IdentitySuspended()
            suspended.identity = $0.store
            suspended.cause = .acceptsAnything
            try $0.record(.identities(.suspended(suspended)))
        },
        Case("an empty chain", .emptyChain, ["api.registered", "api.deployed"]) {
            $0.ledger.unlink($0.store, from: $0.orders)
        },
        Case("a chain of suspended Identities", .emptyChain, ["api.registered", "api.deployed"]) {
            $0.ledger.suspend($0.store)
        },
        Case("stores of several owners", .mixedChain, made.union(["identity.registered"])) {
            _ = $0.ledger.addIdentity("partner", for: [$0.orders], in: [$0.prod]) { $0.subjectFrom = .answer }
        },
        Case("a shared store", .sharedUserStore, made) {
            let store = $0.store.text
            _ = $0.ledger.addIdentity("copy", for: [$0.orders], in: [$0.prod]) {
                $0.subjectFrom = .answer
                $0.userStore = Name(text: store)
            }
        },
        Case("a third-party app", .thirdPartyPassword, ["app.registered"]) {
            _ = $0.ledger.addApp("guest", for: [$0.orders]) { $0.firstParty = false }
        },
        Case("relaxed recording", .relaxedRecording, ["environment.configured"]) {
            $0.ledger.configure($0.prod) { $0.recording = .relaxed }
        },
        Case("an API without rules", .endpointWithoutRule, madeAPI) { rules([], &$0) },
        Case("a link in no chain", .unusedLink, ["identity.linked"]) {
            let other = $0.ledger.addAPI("internal", in: []) { $0.interceptors = [] }
            $0.ledger.link($0.store, to: other)
        },
    ]

    static let rules = [
        Case("a rule for any valid token", .endpointOnlyValidToken, madeAPI) {
            rules([ReviewScene.rule("open") { $0.require = AccessRequirement() }], &$0)
        },
        Case("a last rule for everything", .permissiveLastRule, madeAPI) {
            rules(
                [
                    ReviewScene.rule("read") { _ in },
                    ReviewScene.rule("rest") {
                        $0.methods = ["*"]
                        $0.path = "/**"
                        $0.require = AccessRequirement()
                    },
                ], &$0)
        },
        Case("a rule behind one for everything", .ruleNeverReached, madeAPI) {
            rules(
                [
                    ReviewScene.rule("all") {
                        $0.methods = ["*"]
                        $0.path = "/**"
                    }, ReviewScene.rule("read") { _ in },
                ], &$0)
        },
        Case("tokens below a level", .tokenBelowLevel, ["token.issued"]) {
            rules([ReviewScene.rule("gold") { $0.require.acr = "gold" }], &$0)
            try $0.ask()
        },
        Case("bearer tokens for a sensitive endpoint", .bearerOnSensitiveEndpoint, ["token.issued"]) {
            rules([ReviewScene.rule("fresh") { $0.require.maximumAgeSeconds = 60 }], &$0)
            try $0.ask()
        },
    ]

    static let ledger = [
        Case("an anchor once a second", .anchorNotEveryCommit, ["ledger.configured"]) {
            var configured = LedgerConfigured()
            configured.anchorEvery = .second
            try $0.record(.ledger(.configured(configured)))
        },
        Case("wide limits", .limitsWidened, ["ledger.configured"]) {
            var configured = LedgerConfigured()
            configured.limits.userFailures = 1_000
            try $0.record(.ledger(.configured(configured)))
        },
        Case("a reset anchor", .anchorReset, ["anchor.reset"]) {
            var reset = AnchorReset()
            reset.found = .ahead
            try $0.record(.ledger(.anchorReset(reset)))
        },
        Case("a gap", .recordingGap, ["recording.gap"]) { try $0.record(.access(.recordingGap(RecordingGap()))) },
        Case("suppressed requests", .requestsSuppressed, ["requests.suppressed"]) {
            var suppressed = RequestsSuppressed()
            suppressed.count = 900
            try $0.record(.access(.requestsSuppressed(suppressed)))
        },
        Case("a compromised key", .keyCompromised, ["key.added"]) {
            var compromised = KeyCompromised()
            compromised.kid = "prod-key-1"
            compromised.environment = $0.prod
            try $0.record(.ledger(.keyCompromised(compromised)))
        },
        Case("a single operator", .singleOperator, ["operator.added"]) {
            let others = $0.ledger.estate.operators.keys.filter { [ada = $0.ledger.administrator] in $0 != ada }
            for id in others {
                var removed = OperatorRemoved()
                removed.id = id
                try $0.record(.operators(.removed(removed)))
            }
        },
        Case(
            "a first operator with every role", .firstOperatorHasAllRoles, ["operator.added", "operator.roles_changed"]
        ) {
            var changed = OperatorRolesChanged()
            changed.id = $0.ledger.administrator
            changed.roles = Role.allCases
            try $0.record(.operators(.rolesChanged(changed)))
        },
    ]

    static let flow = [
        Case("a decision without outcome", .decisionWithoutOutcome, ["token.requested"]) {
            var request = TokenRequest()
            request.environment = $0.prod
            $0.ledger.record(.tokens(.requested(request)), by: .app($0.shop), of: DecisionID(bits: 77).text)
        },
        Case("tokens after silence of a newer Identity", .issuedAfterIndeterminate, ["token.issued"]) {
            let newer = $0.ledger.addIdentity("newer", for: [$0.orders], in: [$0.prod])
            try $0.ask(user: 1, { $0 == newer ? .isSilent : .accepts })
        },
        Case("an Identity that accepts nobody", .identityNeverSuccessful, ["validation.attempted"]) {
            for user in 0..<8 { try $0.ask(user: user, { _ in .rejects }) }
        },
        Case("an Identity that is mostly silent", .identityUnavailable, ["validation.attempted"]) {
            for user in 0..<8 { try $0.ask(user: user, { _ in user % 2 == 0 ? .isSilent : .accepts }) }
        },
        Case("a link that nobody gets to", .unusedLink, ["identity.registered"]) {
            _ = $0.ledger.addIdentity("first", for: [$0.orders], in: [$0.prod])
            for user in 0..<8 { try $0.ask(user: user) }
        },
        Case("failures of one name", .failuresOfUser, ["token.refused"]) {
            for _ in 0..<12 { try $0.ask(user: 5, { _ in .rejects }) }
        },
        Case("failures from one source", .failuresOfSource, ["token.refused"]) {
            for user in 0..<25 { try $0.ask(user: user, { _ in .rejects }) { $0.sourceTag = Bytes16(high: 9, low: 9) } }
        },
        Case("failures of one app", .failuresOfApp, ["token.refused"]) {
            for user in 0..<110 { try $0.ask(user: user, { _ in .rejects }) }
        },
        Case("one name, two accounts", .possibleDuplicate, ["token.issued"]) {
            let newer = $0.ledger.addIdentity("newer", for: [$0.orders], in: [$0.prod])
            try $0.ask(user: 3, { $0 == newer ? .accepts : .rejects })
            try $0.ask(user: 3, { $0 == newer ? .rejects : .accepts })
            try $0.ask(user: 4, { $0 == newer ? .accepts : .rejects })
        },
        Case("a proposed merge", .possibleDuplicate, ["account.merge_proposed"]) {
            var proposed = AccountMergeProposed()
            proposed.from = AccountID(bits: 5)
            proposed.into = AccountID(bits: 6)
            proposed.origin = .duplicateFinder
            try $0.record(.accounts(.mergeProposed(proposed)))
        },
        Case("a refresh token used twice", .refreshTokenReused, ["refresh.reuse_detected"]) {
            try $0.record(.tokens(.refreshReuseDetected(RefreshEvent())))
        },
        Case("live tokens of a suspended Identity", .liveTokensOfGoneIdentity, ["identity.suspended", "token.issued"]) {
            try $0.ask()
            $0.ledger.suspend($0.store)
        },
        Case(
            "an Identity for an hour", .briefIdentity,
            ["identity.deployed", "validation.attempted", "identity.unlinked"]
        ) {
            let rogue = $0.ledger.addIdentity("rogue", for: [$0.orders], in: [$0.prod])
            try $0.ask(user: 8)
            try $0.pass(minutes: 60)
            $0.ledger.unlink(rogue, from: $0.orders)
        },
        Case("many tokens after a change", .issuanceAfterChange, ["app.registered", "token.issued"]) {
            for user in 0..<24 {
                try $0.ask(user: user)
                try $0.pass(minutes: 60)
            }
            _ = $0.ledger.addApp("second", for: [$0.orders])
            for user in 0..<40 { try $0.ask(user: user) }
        },
    ]

    @Test func `what ended in the period is listed with its end`() throws {
        var scene = try ReviewScene()
        try scene.ask()
        let start = scene.ledger.size
        Self.revise(&scene) { $0.probe = .off }
        try scene.ask()
        scene.ledger.revise(scene.store, to: 3) { $0.probe = .on }
        scene.ledger.deploy(scene.store, revision: 3, in: scene.prod)
        try scene.flush()
        let finding = try #require(try scene.report().findings(.probeOff).first)
        #expect(finding.endedAt == Position(scene.ledger.size - 1))
        #expect(try scene.types(finding).contains("identity.revised"))
        let before = try scene.report(Review(to: .position(Position(start - 1))))
        #expect(before.findings(.probeOff).isEmpty)
        let after = try scene.report(Review(from: .position(Position(scene.ledger.size - 1))))
        #expect(after.findings(.probeOff).isEmpty, "it ended before any decision of this period")
    }

    @Test func `duplicates are a notice, and settled ones are none`() throws {
        #expect(ReviewCode.possibleDuplicate.severity == .notice)
        var scene = try ReviewScene()
        let newer = scene.ledger.addIdentity("newer", for: [scene.orders], in: [scene.prod])
        try scene.ask(user: 3, { $0 == newer ? .accepts : .rejects })
        try scene.ask(user: 3, { $0 == newer ? .rejects : .accepts })
        let finding = try #require(try scene.report().findings(.possibleDuplicate).first)
        #expect(!finding.sentence.contains("user3"))
        let opened = try scene.report(vaults: SyntheticVaults()).findings(.possibleDuplicate).first
        #expect(opened?.sentence.contains("'user3'") == true)
        var separate = AccountsDeclaredSeparate()
        separate.accounts = finding.about.compactMap { AccountID(text: $0) }
        #expect(separate.accounts.count == 2)
        try scene.record(.accounts(.declaredSeparate(separate)))
        #expect(try scene.report().findings(.possibleDuplicate).isEmpty)
    }

    @Test func `a name is opened for a finding about it, and for nothing else`() throws {
        var scene = try ReviewScene()
        for _ in 0..<12 { try scene.ask(user: 5, { _ in .rejects }) }
        try scene.ask(user: 6)
        let closed = try scene.report()
        let open = try scene.report(vaults: SyntheticVaults())
        for text in [closed.markdown, closed.html] { #expect(!text.contains("user5")) }
        #expect(open.findings(.failuresOfUser).first?.sentence.contains("'user5'") == true)
        #expect(!open.html.contains("user6") && !open.markdown.contains("user6"))
    }
}
