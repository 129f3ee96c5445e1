import AuthorizationCore
import EventLog
import Testing

@testable import LedgerAudit

@Suite struct ReviewFoldTests {
    private static func row(_ token: UInt128, from source: UInt64, day: Int64 = 20_000, allowed: Bool = true)
        -> AccessRow
    {
        var row = AccessRow()
        row.allowed = allowed
        row.jti = DecisionID(bits: token)
        row.sourceTag = Bytes16(high: 1, low: source)
        row.at = Timestamp(microseconds: day * 86_400_000_000)
        row.rule = allowed ? 0 : nil
        return row
    }

    private static func findings(_ rows: [AccessRow]) -> (FindingBook, AccessFold) {
        var fold = AccessFold()
        var batch = AccessBatch()
        batch.rows = rows
        fold.take(batch, at: Position(4), in: Story.prod)
        var book = FindingBook()
        fold.report(to: &book)
        return (book, fold)
    }

    @Test func `one bearer token from two addresses is a finding with both rows`() {
        let (book, fold) = Self.findings([Self.row(1, from: 1), Self.row(2, from: 1), Self.row(1, from: 2)])
        #expect(book.sorted.map(\.code) == [.tokenFromSeveralCallers])
        #expect(book.sorted.first?.evidence.map(\.text) == ["prod 4.0", "prod 4.2"])
        #expect(fold.totals.allowed == 3)
    }

    @Test func `the same address again is none, nor is one whose tag changed with its week`() {
        #expect(Self.findings([Self.row(1, from: 1), Self.row(1, from: 1)]).0.sorted.isEmpty)
        #expect(Self.findings([Self.row(1, from: 1, day: 20_000), Self.row(1, from: 2, day: 20_008)]).0.sorted.isEmpty)
    }

    @Test func `a call that no rule names is a finding`() {
        let (book, fold) = Self.findings([Self.row(1, from: 1, allowed: false)])
        #expect(book.sorted.map(\.code) == [.endpointWithoutRule] && fold.totals.denied == 1)
    }

    @Test func `a table that is full counts what it leaves out`() {
        var watch = FailureWatch<Int>(fewest: 2, gapSeconds: 10)
        let time = MemoryLedger.start
        for subject in 0...ReviewLimits.maximumWatched { watch.add(subject, in: 1, at: Position(1), time) }
        #expect(watch.unwatched == 1)
        // Later there is room: those of before have ended.
        watch.add(-1, in: 1, at: Position(2), time.advanced(bySeconds: 60))
        watch.add(-1, in: 1, at: Position(3), time.advanced(bySeconds: 61))
        watch.end()
        #expect(watch.bursts.map(\.subject) == [-1])
    }

    @Test func `failures with a pause between are two bursts`() {
        var watch = FailureWatch<Int>(fewest: 3, gapSeconds: 10)
        for second in [0, 1, 2, 60, 61, 62, 63] as [Int64] {
            watch.add(7, in: 1, at: Position(second), MemoryLedger.start.advanced(bySeconds: second))
        }
        watch.end()
        #expect(watch.bursts.map(\.run.failures.count) == [3, 4])
    }

    @Test func `many findings of one code leave room for the others`() {
        var book = FindingBook()
        for number in 0..<150 { book.add(.probeOff, about: ["\(number)"], "x.", Proof()) }
        book.add(.plainHTTP, "y.", Proof())
        #expect(book.sorted.count == ReviewLimits.maximumFindingsOfOneCode + 1)
        #expect(book.sorted.first?.code == .plainHTTP && book.leftOut == [.probeOff: 50])
    }

    @Test func `levels are compared within their scheme`() {
        var estate = Estate()
        estate.schemes[Name(text: "metal") ?? Name()] = ["bronze", "silver", "gold"]
        #expect(estate.isLevel("silver", below: "gold") && !estate.isLevel("gold", below: "silver"))
        #expect(!estate.isLevel("gold", below: "gold") && estate.isLevel(nil, below: "bronze"))
        #expect(estate.isLevel("https://other.example/high", below: "bronze"))
    }

    @Test(
        arguments: [(0, [0, 1]), (3, [0, 1, 2, 3]), (7, [0, 2, 4, 6, 8]), (100, []), (9_999, [])] as [(Int64, [Int64])])
    func `axes have round numbers`(_ maximum: Int64, _ ticks: [Int64]) {
        let scale = Scale(upTo: maximum)
        #expect(
            scale.end >= maximum && scale.ticks.count <= 6 && scale.ticks.first == 0 && scale.ticks.last == scale.end)
        if !ticks.isEmpty { #expect(scale.ticks == ticks) }
    }
}
