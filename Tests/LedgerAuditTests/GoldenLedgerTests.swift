import AuthorizationCore
import EventLog
import Glibc
import LedgerCrypto
import LedgerTestSupport
import SyntheticLedgers
import Testing

@testable import LedgerAudit

/// Ledgers that released engines decided, kept as they were: every refusal, every grant, as leaf bytes.
///
/// They are never written again. A change of rules is a new engine, with a golden ledger of its own.
@Suite struct GoldenLedgerTests {
    @Test(arguments: Engine.allCases)
    func `what an engine decided once comes out the same for ever`(_ engine: Engine) throws {
        let golden = try GoldenLedger(engine)
        let report = try Reproduction().run(golden.ledger, vaults: SyntheticVaults())
        #expect(report.isIdentical, "\(report.different)")
        #expect(report.decisions == golden.ledger.outcomes.count && report.decisions > 50)
        #expect(report.sealed == 0 && report.erased == 0)
        for event in try golden.events() {
            switch event.data {
            case .tokens(.issued(let data)): #expect(data.engine == engine.rawValue)
            case .tokens(.refused(let data)): #expect(data.engine == engine.rawValue)
            default: break
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func `a golden ledger holds every refusal that its engine can give`(_ engine: Engine) throws {
        var given: Set<Refusal> = []
        var grants = 0
        for event in try GoldenLedger(engine).events() {
            if case .tokens(.refused(let data)) = event.data { given.insert(data.reason) }
            if case .tokens(.issued) = event.data { grants += 1 }
        }
        switch engine {
        case .first: #expect(Set(Refusal.allCases).subtracting(given) == [.levelUnreachable])
        }
        #expect(grants >= 10)
    }

    /// Makes the file of the newest engine where there is none yet; it never touches one that is there.
    @Test(.enabled(if: getenv("LEDGER_MAKE_GOLDEN") != nil))
    func `a golden ledger is made once`() throws {
        guard let engine = Engine.allCases.last else { return }
        try GoldenLedger.write(try MemoryLedger(try EveryDecision().events), of: engine)
    }
}

/// A ledger in two files: a leaf a line, and what lies sealed beside it.
struct GoldenLedger {
    let ledger: MemoryLedger

    private static func path(_ engine: Engine, _ kind: String) -> String {
        let folder = "\(#filePath)".split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        return "\(folder)/Golden/engine-\(engine.rawValue).\(kind)"
    }

    init(_ engine: Engine) throws {
        ledger = try MemoryLedger([])
        for leaf in try Self.lines(Self.path(engine, "leaves")) { try ledger.append(leaf: Array(leaf.utf8)) }
        ledger.rebuildTree()
        for line in try Self.lines(Self.path(engine, "sealed")) {
            let parts = line.split(separator: " ")
            let place = try #require(Int64(parts[0]))
            let bytes = try #require(Hex.decode(String(parts[2])))
            ledger.sealed.append(
                MemoryLedger.Sealed(position: Position(place), field: String(parts[1]), vault: nil, bytes: bytes))
        }
    }

    func events() throws -> [Event] { try ledger.rows.map { try RecordedForm.decode(try #require($0).body) } }

    private static func lines(_ path: String) throws -> [String] {
        let file = try #require(fopen(path, "r"), "\(path) is missing")
        defer { fclose(file) }
        var lines: [String] = []
        var buffer: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(buffer) }
        while getline(&buffer, &capacity, file) > 0, let line = buffer {
            lines.append(String(String(cString: line).dropLast()))
        }
        return lines
    }

    static func write(_ ledger: MemoryLedger, of engine: Engine) throws {
        let leaves = ledger.rows.compactMap { $0.map { String(decoding: $0.body, as: UTF8.self) } }
        let sealed = ledger.sealed.map { "\($0.position) \($0.field) \(Hex.encode($0.bytes))" }
        for (kind, lines) in [("leaves", leaves), ("sealed", sealed)] {
            // Exclusively: what is there stays as it is.
            let file = try #require(fopen(path(engine, kind), "wx"), "there is a golden ledger already")
            defer { fclose(file) }
            for line in lines { fputs(line + "\n", file) }
        }
    }
}
