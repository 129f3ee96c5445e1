import AuthorizationCore
import EventLog
import SyntheticLedgers
import Testing

@testable import LedgerAudit

/// The walkers know the fields of events a second time; these tests hold them to the first.
@Suite struct QuickReadingTests {
    private func leaves(_ kind: QuickReader.Kind) throws -> [(leaf: [UInt8], event: Event)] {
        try EveryDecision.ledger().rows.compactMap { row in
            let leaf = try #require(row).body
            guard leaf.withUnsafeBytes({ QuickReader.kind(of: $0) }) == kind else { return nil }
            return (leaf, try RecordedForm.decode(leaf))
        }
    }

    @Test func `the holes of a request are what decoding finds there`() throws {
        let reader = QuickReader()
        var fitted = 0
        for (leaf, event) in try leaves(.requested) {
            guard case .tokens(.requested(let data)) = event.data,
                let (envelope, holes) = leaf.withUnsafeBytes({ reader.request($0) })
            else { continue }
            fitted += 1
            #expect(envelope.position == event.position.value && envelope.decision.text == event.correlation)
            #expect(envelope.app == data.client.app && holes.app == data.client.app)
            #expect(holes.consulted == data.consulted.value)
            #expect(holes.throttle == data.throttle)
        }
        #expect(fitted > 50)
    }

    @Test func `the holes of an attempt are what decoding finds there`() throws {
        let reader = QuickReader()
        var fitted = 0
        for (leaf, event) in try leaves(.attempted) {
            guard case .tokens(.attempted(let data)) = event.data,
                let (envelope, holes) = leaf.withUnsafeBytes({ reader.attempt($0) })
            else { continue }
            fitted += 1
            #expect(envelope.decision.text == event.correlation)
            #expect(holes.consulted == data.consulted.value && holes.extraInfoSealed == data.extraInfoSealed)
            #expect(holes.startedAt == data.startedAt && holes.tookMicroseconds == data.tookMicroseconds)
            #expect(holes.subjectReference == data.subjectReference && holes.endedAt == data.endedAt)
        }
        #expect(fitted > 100)
    }

    @Test func `the holes of a token are what decoding finds there`() throws {
        let reader = QuickReader()
        var fitted = 0
        for (leaf, event) in try leaves(.issued) {
            guard case .tokens(.issued(let data)) = event.data,
                let (_, holes) = leaf.withUnsafeBytes({ reader.token($0) })
            else { continue }
            fitted += 1
            #expect(holes.account == data.account && holes.subject.text == data.claims.subject)
            #expect(holes.authTime == data.claims.authTime && holes.client == data.claims.clientID)
            #expect(holes.expiresAt == data.claims.expiresAt && holes.issuedAt == data.claims.issuedAt)
            #expect(holes.id == data.claims.id && holes.decidedAt == data.decidedAt)
            #expect(holes.consulted == data.consulted.value && holes.digest == data.signingInput.digest)
            #expect(holes.salt == data.signingInput.salt && holes.causes == data.because.count)
            #expect(holes.extraInfo.map { .sealed(commitment: $0) } == data.claims.extraInfo)
            for (index, cause) in data.because.enumerated() {
                #expect(holes.because[index] == cause.event.position?.value)
            }
            let claims = String(decoding: leaf[holes.claims], as: UTF8.self)
            #expect(
                claims.hasPrefix("{") && claims.contains("\"iss\":\"\(data.claims.issuer)\"") && claims.hasSuffix("}"))
        }
        #expect(fitted > 20)
    }

    @Test func `two leaves of one number differ in holes only`() throws {
        var reader = QuickReader()
        var seen: [Int: TokenRefused] = [:]
        var alike = 0
        for (leaf, event) in try leaves(.refused) {
            guard case .tokens(.refused(var data)) = event.data,
                leaf.withUnsafeBytes({ reader.refusal($0) }) != nil
            else { continue }
            let number = reader.number()
            data.attempts = data.attempts.map { _ in .position(0) }
            data.consulted = 0
            data.decidedAt = Timestamp()
            if let request = data.request {
                data.request?.asked.bytes = 0
                data.request?.client.app = request.client.app.map { _ in AppID() }
                data.request?.client.credential = request.client.credential.map { _ in CredentialID() }
                data.request?.consulted = 0
                data.request?.receivedAt = Timestamp()
                data.request?.sourceTag = nil
                data.request?.userTag = nil
                data.request?.tagEpoch = nil
                data.request?.throttle = request.throttle.map { _ in ThrottleReading() }
            }
            if let other = seen[number] {
                alike += 1
                #expect(data == other)
            }
            seen[number] = data
        }
        #expect(alike > 50)
    }

    @Test func `a leaf that is anything but whole does not fit`() throws {
        let reader = QuickReader()
        let leaf = try #require(try leaves(.issued).first?.leaf)
        #expect(leaf.withUnsafeBytes { reader.token($0) } != nil)
        for count in 0..<leaf.count {
            #expect(leaf[..<count].withUnsafeBytes { reader.token($0) } == nil)
        }
        // Another byte is another key, another hole, or no token at all; it is never read beyond its end.
        for place in leaf.indices {
            var other = leaf
            other[place] ^= 0x11
            _ = other.withUnsafeBytes { reader.token($0) }
            other[place] = UInt8(ascii: "\"")
            _ = other.withUnsafeBytes { reader.token($0) }
        }
    }

    @Test(arguments: [
        "2026-03-01T12:00:00.000000Z", "1999-12-31T23:59:59.999999Z", "2024-02-29T00:00:00.000001Z",
    ])
    func `a time is read as the core reads it`(_ text: String) throws {
        let memory = KeyMemory()
        #expect(Array(text.utf8).withUnsafeBytes { $0.baseAddress.flatMap(memory.time) } == Timestamp(rfc3339: text))
    }

    @Test(arguments: [
        "2026-02-30T12:00:00.000000Z", "2026-03-01T24:00:00.000000Z", "2026-03-01T12:60:00.000000Z",
        "2026-03-01 12:00:00.000000Z", "2026-03-01T12:00:00.00000aZ", "2026-13-01T12:00:00.000000Z",
    ])
    func `what the log would not write is no time`(_ text: String) throws {
        let memory = KeyMemory()
        #expect(Array(text.utf8).withUnsafeBytes { $0.baseAddress.flatMap(memory.time) } == nil)
    }
}
