import AuthorizationCore
import CanonicalJSON
import EventLog
import LedgerCrypto
import Testing

@testable import LedgerAudit

@Suite struct LeafFormTests {
    private static func form(of event: Event) throws -> (LeafForm, [UInt8]) {
        let leaf = try RecordedForm.encode(event)
        let form = try leaf.withUnsafeBytes { LeafForm(of: event, try EventView($0), in: $0) }
        return (form, leaf)
    }

    private static func fits(_ leaf: [UInt8], _ form: LeafForm) -> Bool {
        var times = TimeReader()
        return leaf.withUnsafeBytes { form.fits($0, &times) }
    }

    /// What verifying asks of an event that fits, besides the form: its sealed values.
    private static func sealsAreWhole(_ leaf: [UInt8], _ form: LeafForm) -> Bool {
        var vaults = IdentifierReader<VaultKind>()
        return leaf.withUnsafeBytes { leaf in form.seals?.allSatisfy { $0.read(leaf, &vaults) != nil } ?? false }
    }

    @Test(arguments: EventType.allCases)
    func `an event whose identifiers, digests, times and numbers are others fits`(_ type: EventType) throws {
        var event = try EventSchema.example(of: type)
        let (form, leaf) = try Self.form(of: event)
        guard form.isOfUse else { return #expect(String(decoding: leaf, as: UTF8.self).contains("\\")) }
        event.position = 97
        event.blind = Bytes16(high: 3, low: 4)
        event.recordedAt = Timestamp(microseconds: 1_234_567)
        event.correlation = event.correlation.replacingOccurrence(of: "0", with: "7")
        #expect(Self.fits(try RecordedForm.encode(event), form))
        event.position = 100
        #expect(!Self.fits(try RecordedForm.encode(event), form))
    }

    @Test(arguments: EventType.allCases)
    func `whatever fits the form of an event can be decoded`(_ type: EventType) throws {
        let (form, leaf) = try Self.form(of: try EventSchema.example(of: type))
        guard form.isOfUse else { return }
        // Bytes at the edges of what the forms of values allow.
        let others = "\"\\/:`iu9".utf8 + [0x80]
        var fitting = 0
        for offset in leaf.indices {
            for other in others {
                var changed = leaf
                changed[offset] = other
                guard Self.fits(changed, form), Self.sealsAreWhole(changed, form) else { continue }
                fitting += 1
                let event = try? RecordedForm.decode(changed)
                guard event?.data.type == type else {
                    return #expect(Bool(false), "\(String(decoding: changed, as: UTF8.self))")
                }
            }
        }
        #expect(fitting > 0)
    }

    @Test func `a form is found again among others of its length`() throws {
        var forms = LeafForms()
        var times = TimeReader()
        var kept: [(LeafForm, [UInt8])] = []
        for name in ["prod", "test", "beta"] {
            var deployed = OAuthDeployed()
            deployed.environment = try #require(EnvironmentName(text: name))
            let event = Event(
                position: 5, recordedAt: .example, actor: .service, correlation: "cmd_x", blind: .example,
                data: .environments(.oauthDeployed(deployed)))
            kept.append(try Self.form(of: event))
        }
        for (form, leaf) in kept { leaf.withUnsafeBytes { forms.keep(form, of: $0) } }
        for _ in 0..<2 {
            for (form, leaf) in kept {
                let found = leaf.withUnsafeBytes { forms.form(of: $0, &times) }
                #expect(found === form)
            }
        }
    }
}

@Suite struct TextReadingTests {
    /// Every byte at every place of the text, and the text without its last.
    private func others(of text: String) -> [[UInt8]] {
        let bytes = Array(text.utf8)
        var all = [bytes, Array(bytes.dropLast())]
        for index in bytes.indices {
            for other in UInt8.min...UInt8.max {
                all.append(bytes)
                all[all.count - 1][index] = other
            }
        }
        return all
    }

    /// What a reader of text says of bytes that may be none.
    private func text(_ bytes: [UInt8]) -> String? { String(validating: bytes, as: UTF8.self) }

    @Test(arguments: [DecisionID.example.text, DecisionID().text, DecisionID(bits: .max).text])
    func `identifiers are read from bytes as from text`(_ example: String) {
        for bytes in others(of: example) {
            let expected = text(bytes).flatMap { DecisionID(text: $0) }
            var reader = IdentifierReader<DecisionKind>()
            let (found, isOne) = bytes.withUnsafeBytes { buffer in
                (
                    reader.read(buffer),
                    buffer.count == 30 && buffer.starts(with: "dec_".utf8)
                        && IdentifierText.isIdentifier(buffer, at: 4)
                )
            }
            guard found == expected, isOne == (expected != nil) else { return #expect(Bool(false), "\(bytes)") }
        }
    }

    @Test func `digests are read from bytes as from text`() {
        for bytes in others(of: Bytes32.example.text) {
            let expected = text(bytes).flatMap { Bytes32(text: $0) }
            let found = bytes.withUnsafeBytes { HexText.digest($0) }
            guard found.map({ Bytes32($0) }) == expected else { return #expect(Bool(false), "\(bytes)") }
        }
    }

    @Test(arguments: [Timestamp.example.text, "1999-12-31T23:59:59.999999Z", "2000-02-29T00:00:00.000000Z"])
    func `times are read from bytes as from text, also after another of their minute`(_ example: String) {
        var reader = TimeReader()
        for bytes in others(of: example) {
            let expected = text(bytes).flatMap { Timestamp(text: $0) }
            let found = bytes.withUnsafeBytes { reader.read($0) }
            guard found == expected else { return #expect(Bool(false), "\(bytes)") }
        }
    }
}

@Suite struct OpenDecisionsTests {
    @Test func `decisions are found until they are taken out, whatever comes and goes meanwhile`() {
        var open = OpenDecisions()
        var expected: Set<UInt128> = []
        var state: UInt64 = 7
        for step in 0..<60_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let bits = UInt128(state >> 33) % 700
            let decision = DecisionID(bits: bits)
            if state >> 63 == 0 {
                let start = OpenDecisions.Start(
                    decision: decision, position: Position(Int64(step)), recordedAt: Timestamp())
                #expect(open.insert(start) == expected.insert(bits).inserted)
            } else {
                #expect(open.remove(decision) == (expected.remove(bits) != nil))
            }
            guard open.count == expected.count else { return #expect(Bool(false), "after \(step) steps") }
        }
        #expect(Set(open.sorted.map(\.decision.bits)) == expected)
        #expect(expected.allSatisfy { open.contains(DecisionID(bits: $0)) })
    }
}

extension String {
    /// With its last such character replaced.
    fileprivate func replacingOccurrence(of character: Character, with other: Character) -> String {
        guard let index = lastIndex(of: character) else { return self }
        var changed = self
        changed.replaceSubrange(index...index, with: [other])
        return changed
    }
}
