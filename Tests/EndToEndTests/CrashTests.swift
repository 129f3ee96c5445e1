import Foundation
import Testing

/// `kill -9` under load: what a client was told stays true, and the service comes back by itself.
@Suite struct CrashTests {
    /// What a client received before the service died.
    struct Received: Sendable {
        var position: Int
        var leafHash: String
        var jti: String
    }

    static let rounds = ProcessInfo.processInfo.environment["LEDGER_LONG"] == "1" ? 200 : 20
    static let clients = 4

    @Test func `twenty times killed under load, every token that was received is where its receipt says`() throws {
        let scene = try Scene()
        // The moments are drawn from a seed: a failure can be tried again.
        var seed: UInt64 = 0x5eed
        var all: [Received] = []
        var openDecisions = 0
        for round in 0..<Self.rounds {
            let first = try scene.ledger.events("ledger.created").count
            #expect(first == 1, "round \(round)")
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let microseconds = UInt32(20_000 + (seed >> 33) % 400_000)
            let received = load(scene, for: microseconds)
            scene.ledger.kill9()
            all += received.flatMap { $0.value() ?? [] }
            openDecisions = try verifyAfterCrash(scene.ledger, atMost: openDecisions + Self.clients)
            try scene.ledger.start()
        }
        #expect(all.count > Self.rounds)

        // No position was used twice: what a client saw there is there.
        let events = try scene.ledger.events()
        #expect(events.map(\.position) == Array(0..<events.count))
        #expect(Set(all.map(\.position)).count == all.count)
        for one in all {
            try #require(one.position < events.count)
            let event = events[one.position]
            #expect(event.type == "token.issued" && event.leafHash == one.leafHash, "position \(one.position)")
            #expect(event.text("claims.jti") == one.jti, "position \(one.position)")
        }
        // It still works, and the tree that it signs now covers all of it.
        #expect(try scene.ana().status == 200)
        let checkpoint = try Probe.send("GET", "/ledger/checkpoint", to: scene.ledger.port).text
        let size = checkpoint.split(separator: "\n").dropFirst().first.flatMap { Int($0) }
        #expect((size ?? 0) >= events.count)
        _ = try verifyAfterCrash(scene.ledger, atMost: openDecisions)
    }

    /// Clients that ask one token after the other until nobody answers. Returns when they have run for a while.
    private func load(_ scene: Scene, for microseconds: UInt32) -> [Meanwhile<[Received]>] {
        let (port, app) = (scene.ledger.port, scene.app)
        let clients = (0..<Self.clients).map { _ in
            Meanwhile {
                var received: [Received] = []
                while let answer = try? RunningLedger.token(app, "ana", "geheim", on: port) {
                    let place = answer.json["ledger"] as? [String: Any]
                    guard answer.status == 200, let position = place?["position"] as? Int,
                        let leafHash = place?["leaf_hash"] as? String,
                        let jti = RunningLedger.claims(answer.token ?? "")["jti"] as? String
                    else { continue }
                    received.append(Received(position: position, leafHash: leafHash, jti: jti))
                }
                return received
            }
        }
        usleep(microseconds)
        return clients
    }

    /// Everything holds, except that a decision may have been cut off between asking and its outcome: a password left
    /// the house, and verify says so. Returns how many of them there are.
    private func verifyAfterCrash(_ ledger: RunningLedger, atMost limit: Int) throws -> Int {
        let result = try RunningLedger.run(
            "authaudit", ["verify", "--ledger", ledger.ledger, "--vkey", ledger.vkey, "--format", "json"])
        let report = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let findings = report["findings"] as? [[String: Any]] ?? []
        let others = findings.filter { !("\($0)".contains("has no outcome")) }
        #expect(others.isEmpty, "\(others)")
        #expect(result.status == (findings.isEmpty ? 0 : 1), "\(result.talk)")
        #expect(findings.count <= limit)
        return findings.count
    }
}
