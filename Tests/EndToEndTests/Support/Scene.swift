import Foundation
import Synchronization

/// The smallest estate that hands out tokens: environment `prod`, one API with the Password option, one API Identity
/// over one store, one first-party app. Ana's password is `geheim`.
struct Scene {
    let ledger: RunningLedger
    let store: StubStore
    let api: String
    let identity: String
    let app: RunningLedger.Client

    static let users = ["ana": "geheim"]

    init(
        arguments: [String] = [], api more: String = #","scopes":["read","write"]"#,
        identity moreOfIdentity: String = "",
        app moreOfApp: String = ""
    ) throws {
        ledger = try RunningLedger(arguments: arguments)
        store = try StubStore(StubStore.knowing(Self.users))
        try ledger.environment("prod")
        api = try ledger.api("accounts", more: more)
        identity = try ledger.identity("store", at: store.url, apis: [api], more: moreOfIdentity)
        app = try ledger.app("portal", apis: [api], more: moreOfApp)
    }

    /// Ana's token request, which succeeds unless a test arranged something else.
    func ana(more: String = "", fields: [String: String] = [:], from source: String = "127.0.0.1") throws
        -> Probe.Answer
    {
        try ledger.token(app, "ana", "geheim", more: more, fields: fields, from: source)
    }

    /// What a password grant's body is when it is a form.
    static let form = "grant_type=password&username=ana&password=geheim"
    static let json = #"{"grant_type":"password","username":"ana","password":"geheim"}"#
}

/// Something that goes on in a thread of its own while a test does something else.
final class Meanwhile<Output: Sendable>: Sendable {
    private let output = Mutex<Output?>(nil)
    private let isDone = DispatchSemaphore(value: 0)

    init(_ body: @escaping @Sendable () -> Output) {
        Thread.detachNewThread { [self] in
            let made = body()
            output.withLock { $0 = made }
            isDone.signal()
        }
    }

    /// Waits for its end; once.
    func value() -> Output? {
        isDone.wait()
        return output.withLock { $0 }
    }
}

/// Runs a body on so many threads of their own, and returns what they returned, in order.
func onThreads<Output: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Output) -> [Output] {
    (0..<count).map { index in Meanwhile { body(index) } }.compactMap { $0.value() }
}

/// Asks again until it is true, for what happens after an answer; false after ten seconds.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<200 {
        if try condition() { return true }
        usleep(50_000)
    }
    return false
}
