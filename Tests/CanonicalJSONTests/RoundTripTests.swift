import CanonicalJSON
import Testing

struct RoundTripTests {
    @Test(arguments: 0..<20)
    func `values come back from their canonical bytes, which are the only ones`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let value = generator.value()
            let written = JSON.canonicalBytes(of: value)
            #expect(try JSON.parse(written) == value)
            #expect(canonicalFault(in: written) == nil)
            #expect(try JSON.parse(JSON.indented(value)) == value)
            #expect(try JSON.canonicalBytes(of: JSON.parse(JSON.indented(value))) == written)
        }
    }

    @Test func `no change of one byte leads to another form of a value`() throws {
        let sample = bytes(
            #"{"":0,"a":{"id":"x\n\u001f\"\\","n":-10},"b":[true,false,null,[],{}],"z\t":9007199254740991,"é":"\#u{1F600}/"}"#
        )
        #expect(canonicalFault(in: sample) == nil)
        var accepted = 0
        for index in sample.indices {
            for byte in UInt8.min...UInt8.max where byte != sample[index] {
                var mutated = sample
                mutated[index] = byte
                guard canonicalFault(in: mutated) == nil else { continue }
                accepted += 1
                if try JSON.canonicalBytes(of: JSON.parse(mutated)) != mutated {
                    Issue.record("\(text(mutated)) is accepted, but is not canonical")
                }
            }
        }
        #expect(accepted > 1_000)
    }

    @Test func `no part of a document is taken for the whole`() {
        let sample = bytes(CanonicalReaderTests.event)
        for count in 0..<sample.count {
            #expect(canonicalFault(in: Array(sample[..<count])) != nil)
            #expect(reason(for: Array(sample[..<count])) != nil)
        }
    }

    @Test func `the reader takes exactly what parsing and writing again leaves as it is`() throws {
        var generator = SeededGenerator(seed: 99)
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"b\"", "\\", "\\n", "\\u000", "1", "0", "-", "null", " ",
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...9, using: &generator)
            let document = bytes((0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined())
            let rewritten = (try? JSON.parse(document)).map(JSON.canonicalBytes(of:))
            let isCanonical = canonicalFault(in: document) == nil
            if isCanonical { accepted += 1 }
            if isCanonical != (rewritten == document) { Issue.record("\(text(document))") }
        }
        #expect(accepted > 100)
    }
}
