import Foundation
import Testing

/// What a token says and what goes with it.
@Suite struct TokenAnswerTests {
    @Test func `name and password become a token that names the app, the API and the person by a fresh subject`() throws
    {
        let scene = try Scene()
        let answer = try scene.ana(more: "&scope=read")
        #expect(answer.status == 200)
        #expect(answer.field("Content-Type") == "application/json")
        #expect(answer.field("Cache-Control") == "no-store" && answer.field("Pragma") == "no-cache")
        #expect(answer.json["token_type"] as? String == "Bearer")
        #expect(answer.json["expires_in"] as? Int == 300)
        #expect(answer.json["scope"] as? String == "read")
        #expect(answer.json["refresh_token"] == nil)
        let token = try #require(answer.token)
        let claims = RunningLedger.claims(token)
        #expect(claims["iss"] as? String == "\(scene.ledger.baseURL)/prod")
        #expect(claims["aud"] as? [String] == ["\(scene.ledger.baseURL)/prod/accounts"])
        #expect(claims["client_id"] as? String == scene.app.id)
        #expect(claims["amr"] as? [String] == ["pwd"])
        #expect(claims["subject_type"] as? String == "user")
        #expect((claims["sub"] as? String)?.hasPrefix("acc_") == true)
        #expect((claims["jti"] as? String)?.hasPrefix("dec_") == true)
        #expect(!String(decoding: RunningLedger.part(1, of: token), as: UTF8.self).contains("ana"))

        // The event says what was signed, and stands where the answer says.
        let issued = try scene.ledger.last("token.issued")
        let place = answer.json["ledger"] as? [String: Any] ?? [:]
        #expect(place["position"] as? Int == issued.position)
        #expect(place["leaf_hash"] as? String == issued.leafHash)
        #expect(issued.text("claims.jti") == claims["jti"] as? String)
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `the winner's extraInfo is in the token as its bytes, and whatever else it says is no reason to refuse`()
        throws
    {
        let scene = try Scene()
        let large = #"{"extraInfo":""# + String(repeating: "x", count: 5_000) + #""}"#
        struct Row {
            var answer: StubStore.Answer
            var claim: String?
            var state: String
        }
        let rows = [
            Row(answer: StubStore.accept(#"{"extraInfo":{"cpf":"1"}}"#), claim: #"{"cpf":"1"}"#, state: "taken"),
            Row(
                answer: StubStore.accept(#"{ "extraInfo" : {"b": 1.50, "a":[ 1e2 ], "é":"\u00e9"} }"#),
                claim: #"{"b": 1.50, "a":[ 1e2 ], "é":"\u00e9"}"#, state: "taken"),
            Row(answer: StubStore.accept(#"{"extraInfo":"text"}"#), claim: #""text""#, state: "taken"),
            Row(answer: StubStore.accept(#"{"extraInfo":[1,2]}"#), claim: "[1,2]", state: "taken"),
            Row(answer: StubStore.accept(#"{"extraInfo":null}"#), claim: "null", state: "taken"),
            // The vendor's page prints the name with a letter l.
            Row(answer: StubStore.accept(#"{"extralnfo":{"cpf":"1"}}"#), claim: nil, state: "none"),
            Row(answer: StubStore.accept("{}"), claim: nil, state: "none"),
            Row(answer: StubStore.status(204), claim: nil, state: "none"),
            Row(answer: StubStore.status(200), claim: nil, state: "none"),
            Row(answer: StubStore.accept("[]"), claim: nil, state: "not_json"),
            Row(answer: StubStore.accept("welcome", type: "text/plain"), claim: nil, state: "not_json"),
            Row(answer: StubStore.accept(#"{"extraInfo":1,"extraInfo":2}"#), claim: nil, state: "not_json"),
            Row(answer: StubStore.accept(large), claim: nil, state: "too_large"),
        ]
        for row in rows {
            let name = String(decoding: row.answer.body.prefix(60), as: UTF8.self)
            scene.store.answer(row.answer)
            let answer = try scene.ana()
            #expect(answer.status == 200, "\(name)")
            let payload = String(decoding: RunningLedger.part(1, of: answer.token ?? ""), as: UTF8.self)
            if let claim = row.claim {
                #expect(payload.contains(#""extraInfo":\#(claim)"#), "\(name)")
            } else {
                #expect(!payload.contains("extraInfo") && !payload.contains("cpf"), "\(name)")
            }
            #expect(try scene.ledger.last("validation.attempted").text("extra_info") == row.state, "\(name)")
        }
        // What the client sends under that name goes to the store and no further.
        scene.store.answer(StubStore.accept)
        let own = try scene.ana(more: "&extraInfo=mine")
        #expect(RunningLedger.claims(own.token ?? "")["extraInfo"] == nil)
        #expect(scene.store.calls.last?.json["extraInfo"] as? String == "mine")
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `only the winner's extraInfo counts`() throws {
        let scene = try Scene()
        scene.store.answer(StubStore.accept(#"{"extraInfo":{"shade":"petrol"}}"#))
        let newer = try StubStore { _ in
            StubStore.Answer(status: 401, body: Array(#"{"extraInfo":{"shade":"ochre"}}"#.utf8))
        }
        _ = try scene.ledger.identity("newer", at: newer.url, apis: [scene.api])
        let answer = try scene.ana()
        #expect(newer.calls.count == 1)
        let claims = RunningLedger.claims(answer.token ?? "")
        #expect((claims["extraInfo"] as? [String: String]) == ["shade": "petrol"])
        // Sealed: a claim that may name a person stands in the record as a commitment.
        for event in try scene.ledger.decision(claims["jti"] as? String ?? "") {
            let leaf = String(decoding: event.leaf, as: UTF8.self)
            #expect(!leaf.contains("shade") && !leaf.contains("petrol"), "\(event.type)")
        }
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `a store that names its subjects gives the same subject for every spelling of a name`() throws {
        let scene = try Scene(identity: #","subject_from":"answer""#)
        scene.store.answer(StubStore.accept(#"{"subject":"4711"}"#))
        let first = try scene.ledger.token(scene.app, "ana", "geheim")
        let second = try scene.ledger.token(scene.app, "ana@example.com", "geheim")
        let subjects = [first, second].map { RunningLedger.claims($0.token ?? "")["sub"] as? String }
        #expect(subjects[0] != nil && subjects[0] == subjects[1])
        scene.store.answer(StubStore.accept(#"{"subject":"4712"}"#))
        let other =
            RunningLedger.claims(try scene.ledger.token(scene.app, "ana", "geheim").token ?? "")["sub"] as? String
        #expect(other != nil && other != subjects[0])
        // Without a subject nobody knows for whom the token would be.
        scene.store.answer(StubStore.accept)
        let none = try scene.ledger.token(scene.app, "ana", "geheim")
        #expect(none.status == 503)
        #expect(try scene.ledger.lastReason() == "identity_unavailable")
        try scene.ledger.verifyWholeLedger()
    }

    @Test(.enabled(if: Witness.hasPython, "python3 is not on the path"))
    func `tokens of every algorithm verify with an independent program, also after the algorithm was changed`() throws {
        let scene = try Scene()
        func verified(_ token: String) throws -> (status: Int32, header: [String: Any], claims: [String: Any]) {
            let keys = try Probe.send("GET", "/prod/oauth/jwks", to: scene.ledger.port)
            #expect(keys.status == 200)
            let file = scene.ledger.folder.appendingPathComponent("jwks.json")
            try Data(keys.body).write(to: file)
            let issuer = "\(scene.ledger.baseURL)/prod"
            let found = try Witness.run("verify_token.py", [file.path, issuer, "\(issuer)/accounts"], input: token)
            let json = try? JSONSerialization.jsonObject(with: Data(found.output.utf8)) as? [String: Any]
            return (
                found.status, json?["header"] as? [String: Any] ?? [:], json?["claims"] as? [String: Any] ?? [:]
            )
        }
        var tokens: [String] = []
        for algorithm in [nil, "RS256", "EdDSA", "ES256"] {
            if let algorithm {
                try scene.ledger.must("PUT", "environments/prod/settings", #"{"algorithm":"\#(algorithm)"}"#)
            }
            let token = try #require(try scene.ana().token)
            let (status, header, claims) = try verified(token)
            #expect(status == 0, "\(algorithm ?? "default")")
            #expect(header["alg"] as? String == algorithm ?? "ES256")
            #expect(claims["client_id"] as? String == scene.app.id)
            tokens.append(token)
        }
        // What was signed before still verifies; what was altered does not.
        for token in tokens { #expect(try verified(token).status == 0) }
        var parts = tokens[3].split(separator: ".").map(String.init)
        parts[1] = tokens[0].split(separator: ".").map(String.init)[1]
        #expect(try verified(parts.joined(separator: ".")).status == 1)

        let metadata = try Probe.send("GET", "/.well-known/oauth-authorization-server/prod", to: scene.ledger.port)
        #expect(metadata.json["jwks_uri"] as? String == "\(scene.ledger.baseURL)/prod/oauth/jwks")
        #expect(metadata.json["token_endpoint"] as? String == "\(scene.ledger.baseURL)/prod/oauth/access-token")
        let scopes = metadata.json["scopes_supported"] as? [String]
        #expect(scopes == ["read", "write"])
        // No private part of a key is ever shown.
        let keys = try Probe.send("GET", "/prod/oauth/jwks", to: scene.ledger.port).json["keys"] as? [[String: Any]]
        #expect(keys?.allSatisfy { $0["d"] == nil && $0["p"] == nil && $0["kid"] != nil } == true)
        try scene.ledger.verifyWholeLedger()
    }

    @Test(.enabled(if: Witness.hasPython, "python3 is not on the path"))
    func `a receipt proves offline that the token's event is in the log, and only to those whom it concerns`() throws {
        let scene = try Scene()
        let other = try scene.ledger.app("other", apis: [scene.api])
        for _ in 0..<5 { _ = try scene.ana() }
        let answer = try scene.ana(fields: ["Prefer": "receipt"])
        let receipt = try #require(answer.json["receipt"] as? [String: String])
        let place = try #require(answer.json["ledger"] as? [String: Any])
        let leaf = try #require(Data(base64Encoded: receipt["leaf"] ?? ""))
        let proof = receipt["proof"] ?? ""
        func verify(_ leaf: Data, _ proof: String) throws -> RunningLedger.Finished {
            let files = ["leaf", "proof"].map { scene.ledger.folder.appendingPathComponent("receipt.\($0)") }
            try leaf.write(to: files[0])
            try Data(proof.utf8).write(to: files[1])
            return try Witness.run("verify_receipt.py", [scene.ledger.vkey] + files.map(\.path))
        }
        let found = try verify(leaf, proof)
        #expect(found.status == 0, "\(found.output)")
        let facts = try #require(JSONSerialization.jsonObject(with: Data(found.output.utf8)) as? [String: Any])
        #expect(facts["index"] as? Int == place["position"] as? Int)
        #expect(facts["leaf_hash"] as? String == place["leaf_hash"] as? String)
        #expect(facts["origin"] as? String == "test.example/ledger")

        // The leaf is the token's: same claims.
        let event = try #require(JSONSerialization.jsonObject(with: leaf) as? [String: Any])
        let recorded = ((event["data"] as? [String: Any])?["claims"] as? [String: Any])?["jti"] as? String
        #expect(recorded == RunningLedger.claims(answer.token ?? "")["jti"] as? String)

        var altered = leaf
        altered[altered.count / 2] ^= 1
        #expect(try verify(altered, proof).status == 1)
        #expect(try verify(leaf, proof.replacingOccurrences(of: "index ", with: "index 1")).status == 1)

        // Later the app fetches the same; nobody else does.
        let path = "/ledger/receipts/\(place["position"] as? Int ?? -1)"
        func fetch(_ authorization: String?) throws -> Probe.Answer {
            try Probe.send(
                "GET", path, to: scene.ledger.port,
                fields: authorization.map { ["Authorization": $0, "Accept": "application/json"] } ?? [:])
        }
        let fetched = try fetch(scene.app.basic)
        #expect(fetched.status == 200)
        #expect(fetched.json["leaf"] as? String == receipt["leaf"])
        #expect(try verify(leaf, fetched.json["proof"] as? String ?? "").status == 0)
        #expect(try fetch(other.basic).status == 404)
        #expect(try fetch(nil).status == 401)
        #expect(try fetch("Bearer \(scene.ledger.operatorKey)").status == 200)
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `a client that leaves at once changes nothing about the record`() throws {
        let scene = try Scene()
        scene.store.behave { request in
            usleep(200_000)
            return StubStore.knowing(Scene.users)(request)
        }
        let head = ["Authorization": scene.app.basic, "Content-Type": "application/x-www-form-urlencoded"]
        for password in ["geheim", "falsch"] {
            let body = Array("grant_type=password&username=ana&password=\(password)".utf8)
            let descriptor = try Probe.connect(to: scene.ledger.port)
            let bytes = Probe.request(
                "POST", "/prod/oauth/access-token", to: scene.ledger.port, fields: head, body: body)
            #expect(Probe.write(bytes, to: descriptor))
            close(descriptor)
        }
        let isRecorded = try eventually {
            let types = try scene.ledger.events("token.").map(\.type)
            return types.contains("token.issued") && types.contains("token.refused")
        }
        #expect(isRecorded)
        try scene.ledger.verifyWholeLedger()
    }
}
