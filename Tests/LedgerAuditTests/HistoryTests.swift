import AuthorizationCore
import CanonicalJSON
import EventLog
import LedgerCrypto
import Testing

@testable import LedgerAudit

@Suite struct HistoryTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let filter: HistoryFilter
        /// Whether an event that was found should have been.
        let fits: @Sendable (Event) -> Bool
        let count: Int

        init(
            _ name: String, count: Int, _ fits: @escaping @Sendable (Event) -> Bool,
            _ set: (inout HistoryFilter) -> Void
        ) {
            testDescription = name
            var filter = HistoryFilter()
            set(&filter)
            self.filter = filter
            self.fits = fits
            self.count = count
        }
    }

    /// 16 decisions: of each four, two with four events and an app, one with four and another end, one with one.
    static let decisions = 16

    static func isOf(_ numbers: [Int], _ event: Event) -> Bool {
        numbers.contains { Story.decision($0).text == event.correlation }
    }

    @Test(arguments: [
        Row("everything", count: 70, { _ in true }, { _ in }),
        Row("a type", count: 8, { $0.data.type == .tokenIssued }, { $0.types = [.exactly(.tokenIssued)] }),
        Row("a family", count: 29, { $0.data.type.rawValue.hasPrefix("token.") }, { $0.types = [.family("token.")] }),
        Row(
            "two types", count: 16, { [.tokenIssued, .tokenRefused].contains($0.data.type) },
            { $0.types = [.exactly(.tokenIssued), .exactly(.tokenRefused)] }),
        Row(
            "positions, both included", count: 3, { (4...6).contains($0.position.value) },
            {
                $0.from = .position(4)
                $0.to = .position(6)
            }),
        Row("a position beyond the end", count: 0, { _ in false }, { $0.from = .position(1_000) }),
        Row(
            "nothing between", count: 0, { _ in false },
            {
                $0.from = .position(6)
                $0.to = .position(5)
            }),
        Row(
            "times, both included", count: 20, { (10..<30).contains($0.position.value) },
            {
                $0.from = .time(MemoryLedger.start.advanced(bySeconds: 1))
                $0.to = .time(MemoryLedger.start.advanced(bySeconds: 2))
            }),
        Row("a decision", count: 4, { isOf([5], $0) }, { $0.decisions = [Story.decision(5)] }),
        Row(
            "two decisions", count: 5, { isOf([5, 6], $0) }, { $0.decisions = [Story.decision(5), Story.decision(6)] }),
        Row(
            "a token, with its revocation", count: 5, { isOf([0], $0) || $0.data.type == .tokenRevoked },
            { $0.tokens = [Story.decision(0)] }),
        Row(
            "an app: its decisions from request to outcome, and its registration", count: 17,
            { isOf([3, 7, 11, 15], $0) || $0.data.type == .appRegistered }, { $0.apps = [Story.mobile] }),
        Row(
            "an environment, through the requests of its decisions", count: 9,
            { isOf([7, 15], $0) || $0.data.type == .environmentCreated }, { $0.environments = [Story.sandbox] }),
        Row(
            "outcomes of an environment", count: 2, { isOf([7, 15], $0) && $0.data.type == .tokenIssued },
            {
                $0.environments = [Story.sandbox]
                $0.types = [.exactly(.tokenIssued)]
            }),
        Row(
            "an Identity: what names it, and what follows in its decisions", count: 38,
            { _ in true }, { $0.identities = [Story.newest] }),
        Row("an API that decisions never came through", count: 2, { _ in true }, { $0.apis = [Story.payments] }),
        Row(
            "an app and a decision of another", count: 0, { _ in false },
            {
                $0.apps = [Story.mobile]
                $0.decisions = [Story.decision(0)]
            }),
        Row(
            "from the middle of a decision: its request is still remembered", count: 2,
            { isOf([7], $0) },
            { filter in
                filter.environments = [Story.sandbox]
                filter.from = .position(40)
                filter.to = .position(45)
            }),
    ])
    func `a filter shows`(_ row: Row) throws {
        let ledger = try MemoryLedger(Story.told(decisions: Self.decisions))
        var found: [Event] = []
        let end = try History(row.filter).run(ledger) { found.append($0.event) }
        #expect(found.count == row.count)
        #expect(end == History.End(shown: row.count))
        let wrong = found.filter { !row.fits($0) }.map(\.position)
        #expect(wrong == [])
        #expect(found.map(\.position) == found.map(\.position).sorted())
    }

    @Test func `a limit says where to go on, and going on shows the rest`() throws {
        let ledger = try MemoryLedger(Story.told(decisions: Self.decisions))
        var filter = HistoryFilter()
        filter.types = [.family("validation.")]
        filter.limit = 7
        var seen: [Position] = []
        while true {
            let end = try History(filter).run(ledger) { seen.append($0.event.position) }
            guard let next = end.next else { break }
            filter.from = .position(next)
        }
        #expect(seen.count == 24 && Set(seen).count == 24)
    }

    @Test func `a line of JSON holds the recorded bytes as they are`() throws {
        let ledger = try MemoryLedger(Story.told(decisions: 4))
        var lines: [[UInt8]] = []
        _ = try History().run(ledger) { lines.append($0.jsonLine) }
        #expect(lines.count == ledger.rows.count)
        for (line, row) in zip(lines, ledger.rows) {
            let value = try JSON.parse(line, maximumBytes: 1 << 20)
            let event = try #require(value.objectValue?["event"])
            #expect(JSON.canonicalBytes(of: event) == row?.body)
            #expect(value.objectValue?["leaf_hash"]?.stringValue == row?.leafHash.hex)
        }
    }

    @Test func `summaries use the names of that time and never say that a person did it`() throws {
        let ledger = try MemoryLedger(Story.told(decisions: 4))
        var summaries: [String] = []
        _ = try History().run(ledger) { summaries.append($0.summary) }
        #expect(summaries[0] == "the ledger '\(Story.origin)' was created")
        #expect(summaries[6] == "Identity 'directory' was registered, linked to 1 API")
        #expect(summaries[16] == "the holder of app 'web''s credential asked for a token in prod by grant 'password'")
        #expect(summaries[17] == "Identity 'partners' rejected the credentials")
        #expect(summaries[19].hasSuffix("on the word of Identity 'staff'"))
        #expect(summaries[24].hasSuffix("no token was issued: grant_not_allowed"))
        #expect(summaries.allSatisfy { !$0.isEmpty && !$0.contains("\n") })
    }

    @Test func `a damaged event ends the history with its place`() throws {
        let ledger = try MemoryLedger(Story.told(decisions: 4))
        ledger.rows[20]?.body[30] ^= 1
        var shown = 0
        #expect(throws: AuditError.store(.damaged(20, "its bytes do not have the recorded hash"))) {
            _ = try History().run(ledger) { _ in shown += 1 }
        }
        #expect(shown == 20)
    }

    @Test(arguments: [
        ("0", Place.position(0)), ("42", .position(42)), ("9007199254740991", .position(9_007_199_254_740_991)),
        ("2026-03-01T12:00:00Z", .time(Timestamp(microseconds: 1_772_366_400_000_000))),
        ("2026-03-01T12:00:00.5+02:00", .time(Timestamp(microseconds: 1_772_359_200_500_000))),
        ("", nil), ("-1", nil), ("+1", nil), ("1.5", nil), ("9007199254740992", nil), ("99999999999999999999", nil),
        ("2026-03-01", nil), ("yesterday", nil), ("٣", nil),
    ])
    func `a place is a position or a time`(_ text: String, _ place: Place?) {
        #expect(Place(text) == place)
    }

    @Test(arguments: [
        ("token.issued", true), ("token.", true), ("validation.", true), ("token", false), ("tok.", false),
        (".", false), ("", false), ("token.minted", false),
    ])
    func `a type pattern names a type or a family`(_ text: String, _ isOne: Bool) {
        #expect((HistoryFilter.TypePattern(text) != nil) == isOne)
    }
}
