import AuthorizationCore
import CanonicalJSON
import EventLog
import FieldCoding
import LedgerTestSupport
import Testing

/// One form for each event: what is written is read back equal, and nothing else is read.
@Suite struct RecordedFormTests {
    @Test(arguments: EventType.allCases, FieldSampler.Optionals.allCases)
    func `an event is read back as it was written`(_ type: EventType, _ optionals: FieldSampler.Optionals) throws {
        let event = try EventSchema.example(of: type, optionals: optionals)
        let leaf = try RecordedForm.encode(event)
        let again = try RecordedForm.decode(leaf)
        #expect("\(again)" == "\(event)")
        #expect(again.data.type == type)
        #expect(try RecordedForm.encode(again) == leaf)
        #expect(leaf.count <= RecordedForm.maximumBytes)
    }

    @Test(arguments: EventType.allCases)
    func `names ascend in every object`(_ type: EventType) throws {
        let leaf = try RecordedForm.encode(try EventSchema.example(of: type))
        try expectAscendingNames(in: try JSON.parse(leaf))
    }

    private func expectAscendingNames(in value: JSONValue) throws {
        for element in value.arrayValue ?? [] { try expectAscendingNames(in: element) }
        let members = value.objectValue?.members ?? []
        for (left, right) in zip(members, members.dropFirst()) {
            #expect(left.name.utf16.lexicographicallyPrecedes(right.name.utf16), "\(left.name), \(right.name)")
        }
        for member in members { try expectAscendingNames(in: member.value) }
    }

    @Test func `an event beyond the limit is not written`() throws {
        var event = try EventSchema.example(of: .auditRead)
        let rest = try RecordedForm.encode(event).count - event.correlation.utf8.count
        event.correlation = String(repeating: "a", count: RecordedForm.maximumBytes - rest)
        #expect(try RecordedForm.encode(event).count == RecordedForm.maximumBytes)
        event.correlation += "a"
        #expect(throws: RecordedFormError.tooLarge(RecordedForm.maximumBytes + 1)) { try RecordedForm.encode(event) }
    }

    @Test func `what no reader would take is not written`() throws {
        var event = try EventSchema.example(of: .apiDeployed)
        event.position = -1
        #expect(throws: RecordedFormError.fields(.malformed("position"))) { try RecordedForm.encode(event) }

        var accept = AcceptedAnswers()
        accept.statuses = [JSON.maximumInteger + 1]
        #expect(throws: FieldError.malformed("status")) { try FieldWriter.bytes(of: accept) }

        var merged = AccountMerged()
        merged.proposal = .inThisAppend(0)
        event.data = .accounts(.merged(merged))
        event.position = 41
        #expect(throws: RecordedFormError.fields(.malformed("proposal"))) { try RecordedForm.encode(event) }
    }
}
