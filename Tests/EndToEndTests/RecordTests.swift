import Foundation
import LedgerTestSupport
import Testing

/// What a run leaves behind: all of it, and nothing that it must not.
@Suite struct RecordTests {
    /// A run with everything in it that may be recorded, and the secrets that went through it.
    struct Run {
        let scene: Scene
        var secrets: [String]
        /// What may stand with the keys and vaults, sealed, and nowhere in clear.
        let personal = [
            "ana.m\u{fc}ller", "ana.m%C3%BCller", "127.0.0.77", "tenant-of-ana", "4711-0815", "ops-note-42",
        ]

        init() throws {
            let password = "geheim-und-lang-4d1f"
            scene = try Scene(
                identity: #","forward":[{"field":"t","from":"app.extra_info.note"}]"#,
                app: #","extra_info":{"note":"ops-note-42"}"#)
            let ledger = scene.ledger
            let key = ledger.operatorKey.split(separator: ".").map(String.init)[1]
            secrets = [password, "falsches-9c1b", scene.app.secret, key, ledger.operatorKey]
            scene.store.behave { request in
                request.password == password
                    ? StubStore.accept(#"{"extraInfo":{"cpf":"4711-0815"}}"#) : StubStore.reject
            }
            let name = "ana.m\u{fc}ller"
            for more in ["", "&tenant=tenant-of-ana", "&scope=read"] {
                let answer = try ledger.token(scene.app, name, password, more: more, from: "127.0.0.77")
                guard let token = answer.token else { throw Probe.Failed(reason: answer.text) }
                // The signature alone would do.
                secrets += [token, token.split(separator: ".").map(String.init)[2]]
            }
            _ = try ledger.token(scene.app, name, "falsches-9c1b", from: "127.0.0.77")
            _ = try ledger.post(nil, Scene.form, fields: ["Authorization": "Basic \(password)"], from: "127.0.0.77")
            _ = try Probe.send(
                "POST", "/prod/oauth/access-token?username=\(RunningLedger.encoded(name))&password=\(password)",
                to: ledger.port, fields: ["Authorization": scene.app.basic], from: "127.0.0.77")
            _ = try ledger.post(scene.app, "{\"password\":\"\(password)", type: "application/json")
            _ = try ledger.token(scene.app, name, password, more: "&scope=none")
            _ = try ledger.token(scene.app, name, password, more: "&resource=https://a.example/")
            scene.store.answer(StubStore.status(423))
            _ = try ledger.token(scene.app, name, password)
            scene.store.answer(StubStore.status(500))
            _ = try ledger.token(scene.app, name, password)
            // Management, with things that are refused and things that are shown once.
            let rotated = try ledger.must("POST", "apps/\(scene.app.id)/secrets")
            secrets += [rotated["client_secret"] as? String ?? "?"]
            let added = try ledger.must("POST", "operators", #"{"name":"second","roles":["auditor"]}"#)
            secrets += [(added["key"] as? String ?? "?.?").split(separator: ".").map(String.init)[1]]
            _ = try ledger.manage("POST", "apis", #"{"name":"accounts","base_path":"/again"}"#)
            _ = try ledger.manage(
                "POST", "api-identities", #"{"name":"x","destination":"http://u:\#(password)@127.0.0.1/"}"#)
            _ = try ledger.identity("keyed", at: scene.store.url + "?key=sk-77aa", apis: [scene.api])
            secrets += ["sk-77aa"]
            _ = try ledger.manage("GET", "apps", key: "opr_00000000000000000000000000.wrong")
            _ = try Probe.send("GET", "/ledger/checkpoint", to: ledger.port)
            try ledger.must("DELETE", "environments/prod/deployments/oauth", nil)
            _ = try ledger.token(scene.app, name, password)
            try ledger.must("PUT", "environments/prod/settings", #"{"algorithm":"EdDSA","refusal_quantum_ms":10}"#)
        }

        var files: [URL] {
            let found = FileManager.default.enumerator(at: scene.ledger.folder, includingPropertiesForKeys: nil)
            return (found?.allObjects as? [URL] ?? []).filter {
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: $0.path, isDirectory: &isFolder) && !isFolder.boolValue
            }
        }
    }

    @Test func `no secret stands in any file of a run, and no person in the ledger's`() throws {
        let run = try Run()
        // While the service writes, and after it has ended: the log's own files differ.
        for isRunning in [true, false] {
            if !isRunning { #expect(run.scene.ledger.stop() == 0) }
            let files = run.files
            let names = Set(files.map(\.lastPathComponent))
            #expect(names.isSuperset(of: ["ledger.db", "ledger.db.vaults", "access.log", "service.log", "checkpoint"]))
            for file in files {
                let content = try Data(contentsOf: file)
                for secret in run.secrets {
                    for form in forms(of: secret) {
                        #expect(content.range(of: form) == nil, "\(secret.prefix(8))… in \(file.lastPathComponent)")
                    }
                }
                for person in run.personal {
                    let isThere = content.range(of: Data(person.utf8)) != nil
                    #expect(!isThere, "\(person) in \(file.lastPathComponent)")
                }
            }
        }
        try run.scene.ledger.verifyWholeLedger()
    }

    /// A secret as it is, and as it would look in base64, in hexadecimal and hashed without salt.
    private func forms(of secret: String) -> [Data] {
        let bytes = Data(secret.utf8)
        let hex = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        // Three alignments of base64, without what their neighbours would change.
        let base64 = (0..<3).map { shift -> String in
            let text = (Data(repeating: 0, count: shift) + bytes).base64EncodedString()
            return String(text.dropFirst(shift == 0 ? 0 : shift + 1).dropLast(4))
        }
        return [bytes] + ([hex] + base64).filter { $0.utf8.count >= 6 }.map { Data($0.utf8) }
    }

    @Test(.enabled(if: Witness.hasPython, "python3 is not on the path"))
    func `every event of a run is valid under its published schema, as an independent program sees it`() throws {
        let run = try Run()
        let events = try run.scene.ledger.events()
        let folder = run.scene.ledger.folder.appendingPathComponent("events")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for event in events {
            try Data(event.leaf).write(to: folder.appendingPathComponent("\(event.type).\(event.position).json"))
        }
        let schemas = Vectors.packageFolder.appendingPathComponent("Schemas/events")
        let verdict = try Witness.run(
            "validate_schemas.py", of: "EventLogTests", [schemas.path, folder.path])
        #expect(verdict.status == 0, "\(verdict.output)\(verdict.talk)")
        #expect(events.map(\.position) == Array(0..<events.count))
        let types = Set(events.map(\.type))
        #expect(
            types.isSuperset(of: [
                "ledger.created", "operator.added", "environment.created", "key.added", "key.activated",
                "oauth.deployed", "oauth.undeployed", "api.registered", "api.deployed", "identity.registered",
                "identity.deployed", "app.registered", "app.secret_rotated", "token.requested",
                "validation.attempted", "account.opened", "token.issued", "token.refused", "command.refused",
                "environment.configured",
            ]))
        try run.scene.ledger.verifyWholeLedger()
    }

    @Test func `the access log has a line for each answer, with a path and without a query`() throws {
        let run = try Run()
        #expect(run.scene.ledger.stop() == 0)
        let log = try String(contentsOf: run.scene.ledger.folder.appendingPathComponent("access.log"), encoding: .utf8)
        let lines = log.split(separator: "\n")
        #expect(lines.count > 20)
        for line in lines {
            let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(Set(object.keys) == ["at", "bytes", "method", "path", "status", "took_us"])
            #expect((object["path"] as? String)?.contains("?") == false)
        }
        #expect(lines.contains { $0.contains(#""path":"/prod/oauth/access-token","status":200"#) })
        try run.scene.ledger.verifyWholeLedger()
    }
}
