import AuthorizationCore
import EventLog
import Foundation
import LedgerTestSupport
import Testing

@Suite struct RecordedFormMutationTests {
    private static let isLong = ProcessInfo.processInfo.environment["LEDGER_LONG_TESTS"] != nil
    private static let marks = Array("\"\\,:{}[]0 1-".utf8)

    /// What a place is changed to: with `LEDGER_LONG_TESTS` every other byte, else one, which is from place to place
    /// another flipped bit or another byte that means something in JSON.
    private func replacements(of byte: UInt8, at index: Int) -> [UInt8] {
        if Self.isLong { return (0...UInt8.max).filter { $0 != byte } }
        let choices = (0..<8).map { byte ^ (1 << $0) } + Self.marks
        let choice = choices[index % choices.count]
        return choice == byte ? [] : [choice]
    }

    /// A changed byte makes either no event or another event, whose one form is the changed bytes.
    @Test(arguments: EventType.allCases)
    func `a changed byte is refused or is another event`(_ type: EventType) throws {
        var leaf = try RecordedForm.encode(try EventSchema.example(of: type))
        var taken = 0
        for (index, original) in leaf.enumerated() {
            for replacement in replacements(of: original, at: index) {
                leaf[index] = replacement
                guard let event = try? RecordedForm.decode(leaf) else { continue }
                taken += 1
                let again = try RecordedForm.encode(event)
                if again != leaf { Issue.record("a second form of \(String(decoding: again, as: UTF8.self))") }
            }
            leaf[index] = original
        }
        #expect(taken > 0)
    }
}
