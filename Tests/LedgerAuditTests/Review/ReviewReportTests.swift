import AuthorizationCore
import CanonicalJSON
import EventLog
import Foundation
import LedgerCrypto
import SyntheticLedgers
import Testing

@testable import LedgerAudit

@Suite struct ReviewReportTests {
    /// Three days of a small company with most of what a review can say.
    static func company() throws -> ReviewScene {
        var scene = try ReviewScene { ledger in
            var scheme = AssuranceSchemeSet()
            scheme.scheme = Name(text: "metal") ?? Name()
            scheme.levels = ["bronze", "silver", "gold"]
            ledger.record(.environments(.assuranceSchemeSet(scheme)))
        }
        let silver = scene.ledger.addIdentity("silver", for: [scene.orders], in: [scene.prod]) {
            $0.assurance.acr = "silver"
            $0.onUnavailable = .continue
        }
        let payments = scene.ledger.addAPI("payments", in: [scene.prod]) {
            $0.accessRules = [
                ReviewScene.rule("pay") { $0.require.acr = "gold" },
                ReviewScene.rule("rest") {
                    $0.methods = ["*"]
                    $0.path = "/**"
                    $0.require = AccessRequirement()
                },
            ]
        }
        scene.ledger.link(scene.store, to: payments)
        let wallet = scene.ledger.addApp("wallet", for: [payments, scene.orders])
        for hour in 0..<72 {
            if hour == 20 { scene.ledger.suspend(silver) }
            if hour == 26 { scene.ledger.resume(silver) }
            if hour == 50 { _ = scene.ledger.addIdentity("brief", for: [payments], in: [scene.prod]) }
            for user in 0..<(4 + hour % 7) {
                try scene.ask(
                    user: user,
                    { identity in
                        var answer = SyntheticAnswer.accepts
                        if user % 5 == 4 { answer = .rejects }
                        if hour % 9 == 0, identity == silver { answer = .isSilent }
                        if identity == silver { answer.claim.acr = "silver" }
                        return user % 2 == 0 && identity == silver && hour % 9 != 0 ? .rejects : answer
                    }
                ) { if user % 3 == 0 { $0.app = wallet } }
            }
            try scene.pass(minutes: 60)
        }
        for _ in 0..<15 { try scene.ask(user: 77, { _ in .rejects }) }
        return scene
    }

    @Test func `the page stands alone, and runs nothing`() throws {
        let page = try Self.company().report().html
        #expect(page.contains("default-src 'none'"))
        for word in ["<script", "http-equiv=\"refresh", "src=", "href=", "url(", "@import", "<link", "<iframe"] {
            #expect(!page.contains(word), "\(word)")
        }
        #expect(page.components(separatedBy: "<svg").count == 5)
        for word in ["prefers-color-scheme: dark", "@media print", "viewport"] { #expect(page.contains(word)) }
        if let path = ProcessInfo.processInfo.environment["REVIEW_PAGE"] {
            try Data(page.utf8).write(to: URL(fileURLWithPath: path))
        }
    }

    @Test func `no form of a report says that a person did something`() throws {
        var scene = try Self.company()
        try scene.record(.tokens(.refreshReuseDetected(RefreshEvent())))
        let report = try scene.report(vaults: SyntheticVaults())
        let json = String(decoding: JSON.indented(report.json), as: UTF8.self)
        for text in [report.markdown, report.html, json] {
            #expect(
                !text.contains(/user\d+'?\)? (did|logged|signed|used|opened|asked|accessed|tried|failed|presented)/))
            #expect(!text.contains(/[Tt]he (user|person) (did|logged|signed|used|opened|asked|accessed|tried|failed)/))
            #expect(text.contains("does not know who sat at a keyboard") || text == json)
        }
        for finding in report.findings where finding.code == .failuresOfUser || finding.code == .refreshTokenReused {
            #expect(finding.sentence.lowercased().contains("holder"))
        }
    }

    @Test func `hostile text stays text in every form`() throws {
        var scene = try ReviewScene()
        let hostile = "http://evil.example/<img src=x onerror=alert(1)>|`x`\u{202e}\n# heading"
        ReviewFindingTests.revise(&scene) { $0.destination.url = hostile }
        try scene.flush()
        let report = try scene.report()
        #expect(!report.html.contains("<img") && !report.html.contains("\u{202e}"))
        #expect(report.html.contains("&lt;img"))
        #expect(!report.markdown.contains("<img src=x") || report.markdown.contains("\\<img src"))
        #expect(!report.markdown.contains("\u{202e}") && !report.markdown.contains("\n# heading"))
        #expect(JSON.indented(report.json).count > 0)
    }

    @Test func `each of the seven tenets has its figures and a command that gives them`() throws {
        let scene = try Self.company()
        let report = try scene.report()
        #expect(report.tenets.map(\.number) == Array(1...7))
        for tenet in report.tenets {
            #expect(!tenet.figures.isEmpty && !tenet.codes.isEmpty)
            #expect(
                tenet.queries.allSatisfy { $0.command.hasPrefix("authaudit ") && $0.command.contains("--ledger FILE") })
        }
        #expect(Set(report.tenets.flatMap(\.codes)) == Set(ReviewCode.allCases))
        let events = try scene.memory.rows.compactMap { row in
            try row.map { try RecordedForm.decode($0.body).data.type }
        }
        #expect(report.totals.events == Int64(events.count))
        #expect(report.totals.outcomes.issued == Int64(events.count { $0 == .tokenIssued }))
        #expect(
            report.totals.outcomes.all - report.totals.outcomes.issued == Int64(events.count { $0 == .tokenRefused }))
        #expect(report.totals.attempts == Int64(events.count { $0 == .validationAttempted }))
        #expect(report.steps.outcomes.reduce(0) { $0 + $1.all } == report.totals.outcomes.all)
        #expect(report.levels.reduce(0) { $0 + $1.count } == report.totals.outcomes.issued)
        #expect(report.totals.bound + report.totals.bearer == report.totals.outcomes.issued)
    }

    @Test func `two periods that meet make the whole`() throws {
        let scene = try Self.company()
        let whole = try scene.report()
        let middle = scene.ledger.size / 2
        let first = try scene.report(Review(to: .position(Position(middle))))
        let second = try scene.report(Review(from: .position(Position(middle + 1))))
        #expect(first.totals.events + second.totals.events == whole.totals.events)
        #expect(first.totals.outcomes.all + second.totals.outcomes.all == whole.totals.outcomes.all)
        #expect(first.totals.attempts + second.totals.attempts == whole.totals.attempts)
        #expect(first.chainChangeCount + second.chainChangeCount == whole.chainChangeCount)
        let time = try scene.memory.decodedEvent(at: Position(middle + 1)).recordedAt
        let byTime = try scene.report(Review(from: .time(time)))
        #expect(byTime.totals.events >= second.totals.events && byTime.scope.range.upperBound == scene.ledger.size)
    }

    @Test func `the same ledger gives the same bytes`() throws {
        let scene = try Self.company()
        let (one, other) = (try scene.report(), try scene.report())
        #expect(JSON.indented(one.json) == JSON.indented(other.json))
        #expect(one.html == other.html && one.markdown == other.markdown)
    }

    @Test func `one environment is reviewed by itself`() throws {
        var scene = try ReviewScene()
        let test = scene.ledger.addEnvironment("test")
        scene.ledger.deploy(scene.orders, in: test)
        scene.ledger.configure(test) { $0.recording = .relaxed }
        try scene.ask()
        var review = Review()
        review.environments = ["prod"]
        let prod = try scene.report(review)
        #expect(prod.findings(.relaxedRecording).isEmpty && prod.totals.outcomes.issued == 1)
        review.environments = ["test"]
        let other = try scene.report(review)
        #expect(other.findings(.relaxedRecording).count == 1 && other.totals.outcomes.issued == 0)
        review.environments = ["nowhere"]
        #expect(throws: AuditError.noSuchEnvironment("nowhere", known: ["prod", "test"])) { try scene.report(review) }
    }

    @Test func `what cannot be reviewed is said`() throws {
        let scene = try ReviewScene()
        let size = scene.ledger.size
        #expect(throws: AuditError.beyondHead(Position(size), size: size)) {
            try scene.report(Review(from: .position(Position(size))))
        }
        #expect(throws: AuditError.outOfOrder) {
            try scene.report(Review(from: .position(Position(9)), to: .position(Position(2))))
        }
        let long = Timestamp(microseconds: 1)
        #expect(throws: AuditError.beforeFirst(long)) { try scene.report(Review(to: .time(long))) }
        let none = try scene.report(Review(from: .time(Timestamp(microseconds: 4_000_000_000_000_000))))
        #expect(none.totals.events == 0 && none.codes.contains(.passwordGrantOn))
        #expect(throws: AuditError.self) { try Review().run(try MemoryLedger([])) }
        let damaged = MemoryLedger(copying: scene.memory)
        damaged.rows[7]?.body[40] ^= 1
        #expect(throws: AuditError.self) { try Review().run(damaged) }
        let foreign = MemoryLedger(copying: scene.memory)
        let body = [UInt8](#"{"type":"token.issued","v":1}"#.utf8)
        foreign.rows[9] = MemoryLedger.Row(leafHash: SHA256.leafHash(body), body: body)
        #expect(throws: AuditError.noEvent(Position(9))) { try Review().run(foreign) }
    }

    @Test func `where files lie is said only by who knows it`() throws {
        let scene = try ReviewScene()
        var review = Review()
        #expect(try scene.report(review).notes.contains { $0.contains("where keys, vaults and anchor lie") })
        review.files = Review.Files(beside: ["keys", "vaults"])
        let report = try scene.report(review)
        #expect(report.findings(.filesTogether).first?.sentence.contains("keys, vaults") == true)
        review.files = Review.Files(beside: [])
        #expect(try scene.report(review).findings(.filesTogether).isEmpty)
    }

    @Test func `a decision under way is no finding while a service has the ledger`() throws {
        var scene = try ReviewScene()
        var request = TokenRequest()
        request.environment = scene.prod
        scene.ledger.record(.tokens(.requested(request)), by: .app(scene.shop), of: DecisionID(bits: 77).text)
        try scene.flush()
        var review = Review()
        review.inUseAt = scene.ledger.now
        let report = try scene.report(review)
        #expect(report.findings(.decisionWithoutOutcome).isEmpty && report.totals.open == 1)
        review.inUseAt = scene.ledger.now.advanced(bySeconds: 60)
        #expect(try scene.report(review).findings(.decisionWithoutOutcome).count == 1)
    }
}
