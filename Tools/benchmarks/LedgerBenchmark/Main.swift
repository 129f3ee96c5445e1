import Glibc

/// What `Tools/bench` runs in Swift: appends through the store, and a ledger of many token events.
@main
struct LedgerBenchmark {
    static let usage = """
        usage: LedgerBenchmark append LEDGER BATCH SECONDS    a new ledger; prints events/s, commits/s, p50 and p99 us
               LedgerBenchmark callers LEDGER COUNT SECONDS   the same with COUNT callers who append one event each
               LedgerBenchmark fill LEDGER EVENTS SEED        token events for a ledger that has an app and an Identity
               LedgerBenchmark decide LEDGER DECISIONS SEED   a new ledger of decisions that can be reproduced
        """

    static func main() async {
        let words = CommandLine.arguments.dropFirst()
        guard words.count == 4, let command = words.first, let first = Int(words[3]), let second = Int(words[4]),
            first > 0, second > 0
        else { end(usage, status: 2) }
        let ledger = words[2]
        do {
            switch command {
            case "append": try await Appends(at: ledger, seconds: second).run(batch: first)
            case "callers": try await Appends(at: ledger, seconds: second).run(callers: first)
            case "fill": try await Filling(of: ledger, events: first, seed: UInt64(second)).run()
            case "decide": try await Decisions(in: ledger, count: first, seed: UInt64(second)).run()
            default: end(usage, status: 2)
            }
        } catch {
            end("\(command) \(ledger): \(error)", status: 3)
        }
    }

    private static func end(_ text: String, status: Int32) -> Never {
        let line = Array((text + "\n").utf8)
        _ = write(STDERR_FILENO, line, line.count)
        exit(status)
    }
}
