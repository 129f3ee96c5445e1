import Foundation
import Synchronization
import Testing

/// A platform team that never rests, and the apps beside it.
@Suite struct BusyEstateTests {
    @Test
    func `while others register APIs without a pause, every decision ends: in a token, or in a word to come back`()
        throws
    {
        let scene = try Scene()
        let ledger = scene.ledger
        let (port, app) = (ledger.port, scene.app)
        let fields = ["Authorization": "Bearer \(ledger.operatorKey)", "Content-Type": "application/json"]
        let isOver = Atomic(false)
        let writers = 5
        let statuses = onThreads(writers + 3) { index -> [Int] in
            guard index >= writers else {
                var made = 0
                while !isOver.load(ordering: .relaxed), made < 2_000 {
                    let name = "busy-\(index)-\(made)"
                    let body = Array(#"{"name":"\#(name)","base_path":"/\#(name)"}"#.utf8)
                    _ = try? Probe.send("POST", "/manager/apis", to: port, fields: fields, body: body)
                    made += 1
                }
                return []
            }
            let answers = (0..<20).map { _ in (try? RunningLedger.token(app, "ana", "geheim", on: port))?.status ?? 0 }
            isOver.store(true, ordering: .relaxed)
            return answers
        }
        let answers = statuses.flatMap(\.self)
        #expect(answers.allSatisfy { $0 == 200 || $0 == 503 } && answers.contains(200))
        // Nothing that was let in is left without its outcome.
        let ended = Set(try ledger.events("token.issued").map(\.correlation))
            .union(try ledger.events("token.refused").map(\.correlation))
        #expect(try ledger.events("token.requested").allSatisfy { ended.contains($0.correlation) })
        try ledger.verifyWholeLedger()
    }
}
