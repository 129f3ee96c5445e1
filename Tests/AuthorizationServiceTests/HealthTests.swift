import AuthorizationCore
import AuthorizationService
import EventLog
import HTTPMessages
import IdentityClient
import LedgerCrypto
import Testing
import Threads

@Suite struct HealthTests {
    let service: DoorsService
    let door: HealthDoor

    init() throws {
        service = try DoorsService()
        door = HealthDoor(
            service.context, releaser: service.releaser,
            serverMetrics: {
                [
                    Metric(name: "http_requests_in_flight", help: "Back\\slash and\nline.", kind: .gauge, value: 3),
                    Metric(
                        name: "http_answers_total", help: "Answers.", kind: .counter,
                        samples: [Metric.Sample(labels: [Metric.Label("class", "a\"b\\c\nd")], value: 7)]),
                    Metric(name: "empty", help: "Nothing.", kind: .gauge, samples: []),
                ]
            })
    }

    func get(_ path: String, method: String = "GET") throws -> (status: Int, text: String) {
        let answer = door.answer(try DoorsService.request(path, method: method))
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }

    @Test func `a service that lives and can work says so`() throws {
        #expect(try get("/healthz") == (200, #"{"status":"ok"}"#))
        #expect(try get("/readyz") == (200, #"{"status":"ok"}"#))
    }

    @Test func `a service that cannot work says why`() async throws {
        service.store.content.withLock { $0.health = .stopped("secret path") }
        service.freeBytes.withLock { $0 = (1 << 30) - 1 }
        service.pass(seconds: 10, jump: -20)
        service.store.content.withLock { $0.falseRoot = SHA256.hash([1]) }
        await service.releaser.releaseIfMoved()
        #expect(
            try get("/readyz") == (
                503,
                #"{"reasons":["ledger_stopped","checkpoint_refused","space_low","clock_behind"],"status":"unavailable"}"#
            ))
        #expect(try get("/healthz").status == 200)
    }

    @Test(arguments: ["/healthz", "/readyz", "/metrics"])
    func `health is only read`(_ path: String) throws {
        #expect(try get(path, method: "HEAD").status == 200)
        #expect(try get(path, method: "POST").status == 405)
        #expect(try get(path + "/").status == 404)
        #expect(try get(path + "/x").status == 404)
    }

    // MARK: Metrics

    @Test func `metrics are well-formed and say what is`() async throws {
        var identity = IdentityRegistered()
        identity.identity = IdentityID(bits: 9)
        try service.store.record(.identities(.registered(identity)))
        identity.identity = IdentityID(bits: 8)
        try service.store.record(.identities(.registered(identity)))
        let slot = await service.context.slots.acquire(
            identity: IdentitySlots.Name(9), app: IdentitySlots.Name(1), source: IdentitySlots.Name(2))
        let text = try get("/metrics").text
        slot?.release()
        let exposition = try Exposition(text)
        #expect(exposition.values["authledger_ledger_size"] == Int64(3))
        #expect(exposition.values["authledger_ledger_writable"] == 1)
        #expect(exposition.values["authledger_free_bytes"] == 1 << 40)
        #expect(exposition.types["authledger_tokens_issued_total"] == "counter")
        #expect(exposition.values["authledger_clock_ahead_microseconds"] == 0)
        #expect(exposition.values["authledger_identity_calls_in_flight{identity=\(IdentityID(bits: 9).text)}"] == 1)
        #expect(exposition.values["authledger_identity_calls_in_flight{identity=\(IdentityID(bits: 8).text)}"] == 0)
        #expect(exposition.values["http_requests_in_flight"] == 3)
        #expect(exposition.values["http_answers_total{class=a\"b\\c\nd}"] == 7)
        #expect(exposition.types["empty"] == nil)
        for (name, type) in exposition.types { #expect(name.hasSuffix("_total") == (type == "counter")) }
        let answer = door.answer(try DoorsService.request("/metrics"))
        #expect(answer.fields.first("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
    }

    @Test(arguments: [
        "a 1", "# TYPE a gauge\na 1\n", "# HELP a x\n# TYPE a gauge\na x\n", "# HELP a x\n# TYPE a gauge\na{b=c} 1\n",
        "# HELP a x\n# TYPE a gauge\nb 1\n", "# HELP a x\n# TYPE a gauge\na 1\na 2\n",
        "# HELP a x\n# TYPE a gauge\na{b=\"c\" 1\n", "# HELP a x\n# TYPE a thing\na 1\n",
        "# HELP a \\x\n# TYPE a gauge\na 1\n",
    ])
    func `the parser of these tests is strict`(_ text: String) {
        #expect(throws: Exposition.Malformed.self) { try Exposition(text) }
    }
}

/// A strict reader of the part of the Prometheus text format that we write: each family once, as help, type, samples.
struct Exposition {
    struct Malformed: Error { var line: Substring }

    var types: [String: String] = [:]
    /// By name and, in braces, the labels, unescaped.
    var values: [String: Int64] = [:]

    init(_ text: String) throws {
        guard text.last == "\n" else { throw Malformed(line: "") }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        while let help = lines.popFirst() {
            let words = help.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
            guard words.count == 4, words[0] == "#", words[1] == "HELP", Self.isName(words[2]) else {
                throw Malformed(line: help)
            }
            _ = try Self.unescaped(words[3], quotes: false)
            let name = String(words[2])
            guard let type = lines.popFirst(), types[name] == nil else { throw Malformed(line: help) }
            guard ["counter", "gauge"].contains(where: { type == "# TYPE \(name) \($0)" }) else {
                throw Malformed(line: type)
            }
            types[name] = String(type.split(separator: " ")[3])
            var count = 0
            while let sample = lines.first, !sample.hasPrefix("#") {
                try read(sample, of: name)
                lines.removeFirst()
                count += 1
            }
            guard count > 0 else { throw Malformed(line: help) }
        }
    }

    private mutating func read(_ line: Substring, of name: String) throws {
        guard line.hasPrefix(name), let space = line.lastIndex(of: " "),
            let value = Int64(line[line.index(after: space)...])
        else { throw Malformed(line: line) }
        let labels = line[..<space].dropFirst(name.count)
        var key = name
        if !labels.isEmpty {
            guard labels.hasPrefix("{"), labels.hasSuffix("\"}"), let equals = labels.firstIndex(of: "=") else {
                throw Malformed(line: line)
            }
            let label = labels[labels.index(after: labels.startIndex)..<equals]
            let quoted = labels[labels.index(after: equals)...].dropLast()
            guard Self.isName(label), quoted.count >= 2, quoted.first == "\"" else { throw Malformed(line: line) }
            key += "{\(label)=\(try Self.unescaped(quoted.dropFirst().dropLast(), quotes: true))}"
        }
        guard values.updateValue(value, forKey: key) == nil else { throw Malformed(line: line) }
    }

    private static func isName(_ text: Substring) -> Bool {
        text.first?.isNumber == false && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }

    private static func unescaped(_ text: Substring, quotes: Bool) throws -> String {
        var result = ""
        var rest = text
        while let character = rest.popFirst() {
            guard character == "\\" else {
                guard !(quotes && character == "\"") else { throw Malformed(line: text) }
                result.append(character)
                continue
            }
            switch rest.popFirst() {
            case "\\": result.append("\\")
            case "n": result.append("\n")
            case "\"" where quotes: result.append("\"")
            default: throw Malformed(line: text)
            }
        }
        return result
    }
}
