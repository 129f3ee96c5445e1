import AuthorizationCore
import EventLog
import SyntheticLedgers
import Testing

@testable import LedgerAudit

@Suite struct ReviewReadTests {
    /// What is read in place of an event is what its decoded form says, for every kind of decision that there is.
    @Test func `reading in place agrees with decoding`() throws {
        let ledger = try EveryDecision.ledger()
        let company = try ReviewReportTests.company()
        var kinds: Set<String> = []
        for row in ledger.rows + company.memory.rows {
            let body = try #require(row).body
            let event = try RecordedForm.decode(body)
            let decision = DecisionID(text: event.correlation)
            let words = WordTable()
            try body.withUnsafeBytes { leaf in
                #expect(
                    LeafFields.recordedAt(in: leaf).map { String(decoding: $0, as: UTF8.self) } == event.recordedAt.text
                )
                guard case .tokens(let data) = event.data else { return }
                switch data {
                case .requested(let request):
                    let read = try #require(RequestRead(leaf, words))
                    #expect("\(read)" == "\(RequestRead(request, of: decision, words))")
                case .attempted(let attempt):
                    let read = try #require(AttemptRead(leaf, words))
                    #expect("\(read)" == "\(AttemptRead(attempt, of: decision, words))")
                    #expect(AttemptRead.apis(via: words.text(read.via)) == attempt.via)
                case .issued(let token):
                    let read = try #require(TokenRead(leaf, words))
                    #expect("\(read)" == "\(TokenRead(token, of: decision, words))")
                case .refused(let refusal):
                    let read = try #require(RefusalRead(leaf, words))
                    #expect("\(read)" == "\(RefusalRead(refusal, of: decision, words))")
                case .revoked, .refreshUsed, .refreshRepeated, .refreshReuseDetected: return
                }
                kinds.insert(event.data.type.rawValue)
            }
        }
        #expect(kinds == ["token.requested", "validation.attempted", "token.issued", "token.refused"])
    }

    @Test func `bound tokens, several audiences and odd resources are read`() throws {
        let words = WordTable()
        var token = TokenIssued()
        token.claims.audience = ["http://[::1]:80/a", "https://b.example/x,y"]
        token.claims.confirmation = Confirmation()
        token.claims.confirmation?.jkt = "abc"
        token.claims.acr = "gold"
        token.claims.vot = "P1.C2"
        token.claims.act = ActingParty()
        token.account = AccountID(bits: 9)
        token.winner = IdentityID(bits: 8)
        token.refresh = RefreshIssued()
        let event = Event(
            position: Position(0), recordedAt: MemoryLedger.start, actor: .service,
            correlation: DecisionID(bits: 5).text,
            blind: Bytes16(), data: .tokens(.issued(token)))
        try RecordedForm.encode(event).withUnsafeBytes { leaf in
            let read = try #require(TokenRead(leaf, words))
            #expect("\(read)" == "\(TokenRead(token, of: DecisionID(bits: 5), words))")
            #expect(read.isBound && read.audienceCount == 2 && read.hasFamily)
        }
    }

    @Test func `what a string says is never taken for a member`() throws {
        let words = WordTable()
        var refusal = TokenRefused()
        var request = TokenRequest()
        request.asked.resource = [#"","environment":"evil","user_tag":"00000000000000000000000000000000"#]
        request.environment = Story.prod
        refusal.request = request
        refusal.reason = .targetUnknown
        let event = Event(
            position: Position(0), recordedAt: MemoryLedger.start, actor: .stranger,
            correlation: DecisionID(bits: 5).text,
            blind: Bytes16(), data: .tokens(.refused(refusal)))
        try RecordedForm.encode(event).withUnsafeBytes { leaf in
            let read = try #require(RefusalRead(leaf, words)?.request)
            #expect(words.text(read.environment) == "prod" && read.userTag == nil)
        }
    }

    @Test func `a leaf that is cut short is not read, at any length`() throws {
        let company = try ReviewReportTests.company()
        var cuts = 0
        for row in company.memory.rows.suffix(6) {
            let body = try #require(row).body
            for length in 0..<body.count {
                let words = WordTable()
                Array(body[..<length]).withUnsafeBytes { leaf in
                    // None of these may read beyond the end; what they find is another matter.
                    _ = (
                        RequestRead(leaf, words), AttemptRead(leaf, words), TokenRead(leaf, words),
                        RefusalRead(leaf, words)
                    )
                    _ = LeafFields.recordedAt(in: leaf)
                    cuts += 1
                }
            }
        }
        #expect(cuts > 1_000)
    }

    @Test func `steps cover a period, and are of lengths that people use`() {
        let start = Timestamp(microseconds: 1_790_000_123_456_789)
        for seconds in [0, 1, 59, 3_600, 86_400, 31 * 86_400, 4_000 * 86_400] as [Int64] {
            let steps = PeriodSteps(from: start, to: start.advanced(bySeconds: seconds), maximum: 72)
            #expect((1...72).contains(steps.count) && steps.start <= start)
            #expect(steps.index(of: start) == 0)
            #expect(steps.index(of: start.advanced(bySeconds: seconds)) == steps.count - 1)
        }
        #expect(PeriodSteps(from: start, to: start.advanced(bySeconds: 86_400), maximum: 72).seconds == 1_800)
    }
}
