import Foundation
import Testing

@testable import EstateApplication

@Suite struct SampleTests {
    @Test func `the sample estate can be read, and settles`() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../EndToEndTests/Samples/estate.json").path
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let service = FakeService()
        #expect(try service.apply(text).apps.map(\.name) == ["shop"])
        #expect(try service.plan(text, prune: true) == [])
    }
}
