import AuthorizationCore
import CanonicalJSON
import EventLog
import Foundation
import LedgerTestSupport
import Testing

/// The committed files, beside what the code says now. `Tools/schemas` writes them.
@Suite struct SchemaFileTests {
    static let schemas = Vectors.packageFolder.appendingPathComponent("Schemas/events")
    static let golden = Vectors.packageFolder.appendingPathComponent("Tests/EventLogTests/Golden")
    private static let writes = ProcessInfo.processInfo.environment["LEDGER_WRITE_SCHEMAS"] != nil

    @Test(arguments: EventType.allCases)
    func `the schema in the file is the one of the fields, byte for byte`(_ type: EventType) throws {
        let file = Self.schemas.appendingPathComponent("\(type.rawValue).v1.json")
        let expected = Data(JSON.indented(try EventSchema.document(of: type)))
        if Self.writes {
            try FileManager.default.createDirectory(at: Self.schemas, withIntermediateDirectories: true)
            try expected.write(to: file)
        }
        let found = try? Data(contentsOf: file)
        #expect(found == expected, "Schemas/events/\(file.lastPathComponent) differs: run Tools/schemas and look at it")
    }

    @Test(arguments: EventType.allCases)
    func `golden bytes never change`(_ type: EventType) throws {
        let file = Self.golden.appendingPathComponent("\(type.rawValue).v1.json")
        let example = try EventSchema.example(of: type)
        if Self.writes, !FileManager.default.fileExists(atPath: file.path) {
            try Data(try RecordedForm.encode(example)).write(to: file)
        }
        let leaf = [UInt8](try Data(contentsOf: file))
        #expect(try RecordedForm.encode(example) == leaf)
        let event = try RecordedForm.decode(leaf)
        #expect(try RecordedForm.encode(event) == leaf)
        #expect("\(event)" == "\(example)")
    }

    @Test(arguments: [schemas, golden])
    func `each type has one file, and no file stands for nothing`(_ folder: URL) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.sorted() == EventType.allCases.map { "\($0.rawValue).v1.json" }.sorted())
    }

    @Test func `each meaning is one sentence of its own`() {
        let meanings = EventType.allCases.map(\.meaning)
        #expect(Set(meanings).count == meanings.count)
        for meaning in meanings { #expect(meaning.hasSuffix(".") && !meaning.contains(". ")) }
    }
}
