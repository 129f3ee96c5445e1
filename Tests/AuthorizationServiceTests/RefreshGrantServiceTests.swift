import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import Dispatch
import EventLog
import HTTPMessages
import LedgerCrypto
import Testing
import Threads

/// The refresh token grant over the door, on a log in memory.
@Suite struct RefreshGrantServiceTests {
    let desk: GrantDesk

    init() async throws { desk = try await GrantDesk() }

    private func token(_ answer: GrantDesk.Answer) throws -> String {
        try #require(answer["refresh_token"]?.stringValue, "\(answer.body)")
    }

    @Test func `use, event and token are one append, in this order`() async throws {
        let first = try desk.family()
        let answer = try await desk.refresh(first)
        #expect(answer.status == 200)
        #expect(answer["scope"]?.stringValue == "read write")
        #expect(answer.fields.first("Cache-Control") == "no-store")
        let events = desk.desk.store.events.suffix(3)
        #expect(events.map(\.data.type) == [.tokenRequested, .refreshUsed, .tokenIssued])
        #expect(Set(events.map(\.correlation)).count == 1)
        guard case .tokens(.requested(let request)) = events[events.startIndex].data else { return }
        #expect(request.presented?.secret == .match && request.presented?.generation == 0)
        #expect(request.source != nil && request.userName == nil && request.sourceTag != nil)
        let second = try token(answer)
        #expect(second.hasPrefix(first.split(separator: ".")[0] + ".1."))
        // Nothing of a secret is in the log.
        for leaf in desk.desk.store.leaves {
            let text = String(decoding: leaf, as: UTF8.self)
            #expect(!text.contains(first.suffix(43)) && !text.contains(second.suffix(43)))
        }
    }

    @Test func `whoever lost the answer asks again, and afterwards only the newest counts`() async throws {
        let first = try desk.family()
        let lost = try token(try await desk.refresh(first))
        desk.desk.time.advance(seconds: 20)
        let again = try await desk.refresh(first)
        #expect(again.status == 200)
        guard case .tokens(.refreshRepeated(let event)) = desk.newest(2)[0] else {
            Issue.record("\(desk.newest(2))")
            return
        }
        #expect(event.retired == 1 && event.successor == 2 && event.cause == .answerLost)
        #expect(try await desk.refresh(try token(again)).status == 200)
        // The answer that was lost turns up somewhere.
        let reuse = try await desk.refresh(lost)
        #expect(reuse.status == 400 && reuse.error == "invalid_grant")
        #expect(desk.newest(3).map(\.type) == [.refreshReuseDetected, .tokenRevoked, .tokenRefused])
    }

    @Test func `reuse ends the family and every token of it`() async throws {
        let first = try desk.family()
        let answer = try await desk.refresh(first)
        let second = try token(answer)
        let access = try #require(answer["access_token"]?.stringValue)
        #expect(try await desk.introspect(access).isActive == true)
        #expect(try await desk.introspect(second).isActive == true)
        desk.desk.time.advance(seconds: 31)
        let bad = try await desk.refresh(first)
        #expect(bad.status == 400)
        guard case .tokens(.refreshReuseDetected(let event)) = desk.newest(3)[0],
            case .tokens(.revoked(let revoked)) = desk.newest(3)[1]
        else {
            Issue.record("\(desk.newest(3))")
            return
        }
        #expect(event.cause == .expired && event.generation == 0)
        #expect(revoked.cause == .reuse && revoked.scope == .family && revoked.by == "service")
        // The refresh token and two access tokens.
        #expect(revoked.count == 3)
        #expect(desk.lastRefusal?.reason == .grantInvalid)
        #expect(desk.lastRefusal?.request?.presented?.predecessorAgeMicroseconds == 31_000_000)
        #expect(try await desk.introspect(access).body == #"{"active":false}"#)
        #expect(try await desk.introspect(second).body == #"{"active":false}"#)
        #expect(try await desk.refresh(second).body == bad.body)
        #expect(desk.newest(1).map(\.type) == [.tokenRefused], "it ended once")
    }

    @Test func `of two that race, one uses the token and the other repeats it`() async throws {
        let first = try desk.family()
        let desk = desk
        let rival = Locked<String?>(nil)
        desk.desk.store.beforeNextAppend { _ in
            // The rival's append comes between the first one's look at the log and its own append.
            let done = DispatchSemaphore(value: 0)
            Task.detached(executorPreference: OwnThread()) {
                let answer = try? await desk.refresh(first)
                rival.withLock { $0 = answer?["refresh_token"]?.stringValue }
                done.signal()
            }
            done.wait()
        }
        let answer = try await desk.refresh(first)
        #expect(answer.status == 200)
        let types = desk.desk.store.events.map(\.data.type)
        #expect(types.filter { $0 == .refreshUsed }.count == 1)
        #expect(types.filter { $0 == .refreshRepeated }.count == 1)
        let winner = try #require(rival.withLock { $0 })
        #expect(try await desk.introspect(winner).isActive == false, "retired")
        #expect(try await desk.introspect(try token(answer)).isActive == true)
    }

    @Test(arguments: [
        "x", "1.2", "0.0." + String(repeating: "A", count: 43), "999999.0." + String(repeating: "A", count: 43),
    ])
    func `what is no refresh token is refused like a bad one`(_ text: String) async throws {
        let answer = try await desk.refresh(text)
        #expect(answer.status == 400 && answer.error == "invalid_grant")
        #expect(desk.lastRefusal?.request?.presented?.secret == .mismatch)
        #expect(desk.lastRefusal?.request?.presented?.family == nil)
    }

    @Test func `a wrong secret, and another app, are refused and end nothing`() async throws {
        let first = try desk.family()
        let wrong = first.dropLast() + (first.hasSuffix("A") ? "E" : "A")
        #expect(try await desk.refresh(String(wrong)).error == "invalid_grant")
        #expect(desk.lastRefusal?.request?.presented?.family != nil)
        #expect(try await desk.refresh(first, by: desk.other).error == "invalid_grant")
        #expect(try await desk.refresh(first).status == 200)
    }

    @Test func `the parameter is required, and may not be endless`() async throws {
        #expect(
            try await desk.post("access-token", "grant_type=refresh_token", by: desk.app).error == "invalid_request")
        let long = String(repeating: "1", count: 513)
        #expect(try await desk.refresh(long).error == "invalid_request")
        #expect(desk.lastRefusal?.request?.fault == .parameterTooLong)
        #expect(try await desk.refresh("1.0.x", by: nil).status == 400)
        let nobody = GrantDesk.Client(id: desk.app.id, secret: String(repeating: "A", count: 43))
        #expect(try await desk.refresh(try desk.family(), by: nobody).status == 401)
    }

    @Test func `a scope beyond the grant is refused and nothing is used up`() async throws {
        let first = try desk.family()
        #expect(try await desk.refresh(first, more: "&scope=read%20admin").error == "invalid_scope")
        let narrow = try await desk.refresh(first, more: "&scope=read")
        #expect(narrow["scope"]?.stringValue == "read")
        #expect(try await desk.refresh(try token(narrow))["scope"]?.stringValue == "read write")
    }

    @Test func `an app's own token has the app as its subject and brings no refresh token`() async throws {
        let answer = try await desk.post("access-token", "grant_type=client_credentials&scope=read", by: desk.app)
        #expect(answer.status == 200)
        #expect(answer["refresh_token"] == nil)
        #expect(desk.newest(2).map(\.type) == [.tokenRequested, .tokenIssued])
        let claims = try await desk.introspect(try #require(answer["access_token"]?.stringValue))
        #expect(claims["sub"]?.stringValue == desk.app.id)
        #expect(claims["subject_type"]?.stringValue == "application")
        #expect(
            try await desk.post("access-token", "grant_type=client_credentials&scope=all", by: desk.app).error
                == "invalid_scope")
    }
}

/// Runs a Task on a thread of its own, so that a test may block while it waits for it.
private final class OwnThread: TaskExecutor {
    private let queue = DispatchQueue(label: "own thread")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
