import CanonicalJSON
import Foundation
import Glibc
import LedgerTestSupport
import Synchronization

/// A ledger in a folder of its own with the real `authledger` serving it on a free port.
final class RunningLedger {
    static let binaries: URL = {
        if let path = ProcessInfo.processInfo.environment["LEDGER_BIN"] { return URL(fileURLWithPath: path) }
        let own = URL(
            fileURLWithPath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        )
        .deletingLastPathComponent()
        if FileManager.default.fileExists(atPath: own.appendingPathComponent("authledger").path) { return own }
        return Vectors.packageFolder.appendingPathComponent(".build/debug")
    }()

    let folder: URL
    let operatorKey: String
    let vkey: String
    private(set) var port: UInt16
    private(set) var process: Process
    private let extraArguments: [String]
    /// In bytes; the next start takes it.
    var minimumFree: Int64 = 0

    var ledger: String { folder.appendingPathComponent("ledger.db").path }

    init(arguments: [String] = []) throws {
        folder = URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent("ledger-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        extraArguments = arguments
        let made = try Self.run(
            "authledger",
            ["init", "--ledger", folder.appendingPathComponent("ledger.db").path, "--origin", "test.example/ledger"])
        guard made.status == 0, let json = try JSON.parse(Array(made.output.utf8)).objectValue,
            let key = json["key"]?.stringValue, let vkey = json["vkey"]?.stringValue
        else { throw Probe.Failed(reason: made.output + made.talk) }
        operatorKey = key
        self.vkey = vkey
        port = try Probe.freePort()
        process = Process()
        try start()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        if ProcessInfo.processInfo.environment["LEDGER_KEEP"] == nil { try? FileManager.default.removeItem(at: folder) }
    }

    var baseURL: String { "http://127.0.0.1:\(port)" }

    /// Starts (again) on the same port: issuers begin with it.
    ///
    /// It waits until `path` is answered with 200.
    func start(adding arguments: [String] = [], until path: String = "/readyz") throws {
        process = Process()
        process.executableURL = Self.binaries.appendingPathComponent("authledger")
        process.arguments =
            [
                "serve", "--ledger", ledger, "--listen", "127.0.0.1:\(port)", "--base-url", baseURL,
                "--allow-private-destinations", "--minimum-free", "\(minimumFree)",
            ] + extraArguments + arguments
        process.standardOutput = try handle("access.log")
        process.standardError = try handle("service.log")
        try process.run()
        for _ in 0..<200 {
            if let answer = try? Probe.send("GET", path, to: port), answer.status == 200 { return }
            guard process.isRunning else { break }
            usleep(50_000)
        }
        throw Probe.Failed(reason: "the service did not start: \(serviceLog)")
    }

    var serviceLog: String {
        (try? String(contentsOf: folder.appendingPathComponent("service.log"), encoding: .utf8)) ?? ""
    }

    private func handle(_ name: String) throws -> FileHandle {
        let file = folder.appendingPathComponent(name)
        if !FileManager.default.fileExists(atPath: file.path) {
            _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        }
        let handle = try FileHandle(forWritingTo: file)
        try handle.seekToEnd()
        return handle
    }

    /// TERM, and the exit status.
    @discardableResult
    func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    func kill9() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    // MARK: Management

    struct Refused: Error { var answer: Probe.Answer }

    func manage(_ method: String, _ path: String, _ json: String? = nil, key: String? = nil) throws -> Probe.Answer {
        try Probe.send(
            method, "/manager/\(path)", to: port,
            fields: ["Authorization": "Bearer \(key ?? operatorKey)", "Content-Type": "application/json"],
            body: Array((json ?? "").utf8))
    }

    /// One command that must succeed; the member `id` of its answer.
    @discardableResult
    func must(_ method: String, _ path: String, _ json: String? = "{}") throws -> [String: Any] {
        let answer = try manage(method, path, json)
        guard (200...201).contains(answer.status) else { throw Refused(answer: answer) }
        return answer.json
    }

    func environment(_ name: String) throws {
        try must("POST", "environments", #"{"name":"\#(name)"}"#)
        try must("PUT", "environments/\(name)/deployments/oauth")
    }

    /// Registers an API with the Password option and deploys it.
    func api(_ name: String, in environments: [String] = ["prod"], more: String = "") throws -> String {
        let made = try must(
            "POST", "apis",
            #"{"name":"\#(name)","base_path":"/\#(name)","version":"1","interceptors":[{"type":"oauth","grants":["password"]}]\#(more)}"#
        )
        let id = made["id"] as? String ?? ""
        for environment in environments { try must("PUT", "environments/\(environment)/deployments/\(id)") }
        return id
    }

    /// Registers an API Identity over a store, links it and deploys it.
    func identity(
        _ name: String, at url: String, apis: [String], in environments: [String] = ["prod"], more: String = ""
    ) throws -> String {
        let list = apis.map { "\"\($0)\"" }.joined(separator: ",")
        let made = try must(
            "POST", "api-identities",
            #"{"name":"\#(name)","version":"1","base_path":"/\#(name)","destination":"\#(url)","apis":[\#(list)]\#(more)}"#
        )
        let id = made["id"] as? String ?? ""
        for environment in environments { try must("PUT", "environments/\(environment)/deployments/\(id)") }
        return id
    }

    struct Client: Sendable {
        var id: String
        var secret: String

        var basic: String { "Basic " + Data("\(id):\(secret)".utf8).base64EncodedString() }
    }

    func app(_ name: String, apis: [String], firstParty: Bool = true, more: String = "") throws -> Client {
        let list = apis.map { "\"\($0)\"" }.joined(separator: ",")
        let made = try must(
            "POST", "apps",
            #"{"name":"\#(name)","apis":[\#(list)],"first_party":\#(firstParty),"grants":["password"]\#(more)}"#)
        return Client(id: made["client_id"] as? String ?? "", secret: made["client_secret"] as? String ?? "")
    }

    // MARK: Tokens

    func token(
        _ client: Client?, _ user: String, _ password: String, in environment: String = "prod", more: String = "",
        fields: [String: String] = [:], from source: String = "127.0.0.1"
    ) throws -> Probe.Answer {
        try post(
            client, "grant_type=password&username=\(Self.encoded(user))&password=\(Self.encoded(password))\(more)",
            in: environment, fields: fields, from: source)
    }

    func post(
        _ client: Client?, _ body: String, type: String = "application/x-www-form-urlencoded",
        in environment: String = "prod", fields: [String: String] = [:], from source: String = "127.0.0.1"
    ) throws -> Probe.Answer {
        var all = fields
        all["Content-Type"] = all["Content-Type"] ?? type
        if let client { all["Authorization"] = client.basic }
        return try Probe.send(
            "POST", "/\(environment)/oauth/access-token", to: port, fields: all, body: Array(body.utf8), from: source)
    }

    /// The same from any thread.
    static func token(
        _ client: Client, _ user: String, _ password: String, on port: UInt16, from source: String = "127.0.0.1"
    ) throws -> Probe.Answer {
        try Probe.send(
            "POST", "/prod/oauth/access-token", to: port,
            fields: ["Content-Type": "application/x-www-form-urlencoded", "Authorization": client.basic],
            body: Array("grant_type=password&username=\(encoded(user))&password=\(encoded(password))".utf8),
            from: source)
    }

    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }

    /// The claims of a token, unverified.
    static func claims(_ token: String) -> [String: Any] {
        (try? JSONSerialization.jsonObject(with: part(1, of: token)) as? [String: Any]) ?? [:]
    }

    /// 0 is the header, 1 the claims, as they are signed.
    static func part(_ index: Int, of token: String) -> Data {
        let parts = token.split(separator: ".")
        guard parts.count == 3 else { return Data() }
        var text = parts[index].replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        while text.count % 4 != 0 { text += "=" }
        return Data(base64Encoded: text) ?? Data()
    }

    // MARK: The record

    /// Every event, or those of one type or family, read from the file while the service writes.
    func events(_ type: String? = nil, from position: Int = 0) throws -> [RecordedEvent] {
        let result = try Self.run(
            "authaudit",
            ["history", "--ledger", ledger, "--format", "json", "--from", "\(position)"]
                + (type.map { ["--type", $0] } ?? []))
        guard result.status == 0 else { throw Probe.Failed(reason: result.talk) }
        return try result.output.split(separator: "\n").map { try RecordedEvent(line: Array($0.utf8)) }
    }

    /// The event of this type that was recorded last.
    func last(_ type: String) throws -> RecordedEvent {
        guard let event = try events(type).last else { throw Probe.Failed(reason: "there is no \(type)") }
        return event
    }

    /// Why the newest refusal was made.
    func lastReason() throws -> String { try last("token.refused").text("reason") }

    /// The events of one decision, in order.
    func decision(_ id: String) throws -> [RecordedEvent] { try events().filter { $0.correlation == id } }

    /// `authaudit verify` over the whole ledger: throws what it said unless everything is fine.
    func verifyWholeLedger() throws {
        for arguments in [["verify", "--ledger", ledger, "--vkey", vkey], ["reproduce", "--ledger", ledger]] {
            let result = try Self.run("authaudit", arguments)
            guard result.status == 0 else { throw Probe.Failed(reason: result.output + result.talk) }
        }
    }

    // MARK: Programs

    struct Finished {
        var status: Int32
        var output: String
        var talk: String
    }

    static func run(_ program: String, _ arguments: [String], input: String = "") throws -> Finished {
        let process = Process()
        process.executableURL =
            program.contains("/") ? URL(fileURLWithPath: program) : binaries.appendingPathComponent(program)
        process.arguments = arguments
        let output = Pipe()
        let talk = Pipe()
        let stdin = Pipe()
        process.standardOutput = output
        process.standardError = talk
        process.standardInput = stdin
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let talked = Reading(talk)
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Finished(
            status: process.terminationStatus, output: String(decoding: printed, as: UTF8.self), talk: talked.text())
    }
}

/// Reads a pipe to its end on a thread of its own, so that a talkative program never waits for us.
private final class Reading: Sendable {
    private let bytes = Mutex(Data())
    private let isDone = DispatchSemaphore(value: 0)

    init(_ pipe: Pipe) {
        let handle = pipe.fileHandleForReading
        Thread.detachNewThread { [self] in
            let read = handle.readDataToEndOfFile()
            bytes.withLock { $0 = read }
            isDone.signal()
        }
    }

    /// Waits for the end.
    func text() -> String {
        isDone.wait()
        return bytes.withLock { String(decoding: $0, as: UTF8.self) }
    }
}
