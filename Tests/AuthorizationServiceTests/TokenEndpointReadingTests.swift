import AuthorizationCore
import HTTPMessages
import LedgerCrypto
import Testing

@testable import AuthorizationService

/// What the token endpoint reads out of fields and bodies, before anything is decided.
@Suite struct TokenEndpointReadingTests {
    private func presented(
        _ body: String, type: String? = "application/x-www-form-urlencoded", path: String = "/prod/t"
    )
        throws -> PresentedRequest
    {
        var fields = HTTPFields()
        if let type { fields.append("Content-Type", type) }
        return PresentedRequest(
            HTTPRequest(
                method: "POST", target: try RequestTarget(parsing: path), fields: fields, body: Array(body.utf8)))
    }

    @Test(arguments: [
        ("id:secret", "id", "secret"), ("id:", "id", ""), (":secret", "", "secret"), ("id:a:b", "id", "a:b"),
        ("i%3Ad:s+p%2Bq", "i:d", "s p+q"), ("s6BhdRkqt3:gX1fBat3bV", "s6BhdRkqt3", "gX1fBat3bV"),
    ])
    func `Basic credentials are split at the first colon and form-decoded`(
        _ text: String, _ id: String, _ secret: String
    ) throws {
        let read = try #require(
            BasicCredentials.read(["Authorization": "basic \(Base64.encode(Array(text.utf8)))"]))
        #expect(read.id == id && read.secret == secret)
    }

    @Test(arguments: [
        "Basic", "Basic ", "Basic ****", "Basic aWQ", "Bearer aWQ6cw==", "Basic aWQ=", "Basic JTp4", "Basic YT1iOmM=",
    ])
    func `what is no pair of credentials is none`(_ field: String) {
        #expect(BasicCredentials.read(["Authorization": field]) == nil)
    }

    @Test func `two Authorization fields are none`() {
        var fields: HTTPFields = ["Authorization": "Basic aWQ6cw=="]
        #expect(BasicCredentials.read(fields) != nil)
        fields.append("authorization", "Basic aWQ6cw==")
        #expect(BasicCredentials.read(fields) == nil)
    }

    @Test func `the same request reads the same as a form and as JSON`() throws {
        let form = try presented(
            "grant_type=password&username=a%20b&password=p&scope=read+write+read&resource=https://a/&resource=https://b/&x=1"
        )
        let json = try presented(
            #"{"grant_type":"password","username":"a b","password":"p","scope":"read write read","resource":["https://a/","https://b/"],"x":1}"#,
            type: "application/json; charset=UTF-8")
        for read in [form, json] {
            #expect(read.fault == nil)
            #expect(read.grantType == "password" && read.userName == "a b")
            #expect(read.asked.scope == ["read", "write"])
            #expect(read.asked.resource == ["https://a/", "https://b/"])
            #expect(read.asked.fields == ["grant_type", "password", "resource", "scope", "username", "x"])
            #expect(read.asked.otherFields == 0)
        }
        #expect(form.asked.media == .form && json.asked.media == .json)
    }

    @Test func `the first fault found is the one that counts`() throws {
        #expect(try presented("a=%zz", path: "/prod/t?x").fault == .credentialsOutsideBody)
        #expect(try presented("client_secret=a&username=b").fault == .clientSecretInBody)
        #expect(try presented("grant_type=password&username=a&username=b&password=").fault == .repeatedParameter)
        #expect(try presented("x", type: nil).fault == .mediaType)
        #expect(try presented("[1]", type: "application/json").fault == .body)
        #expect(try presented(#"{"resource":[1]}"#, type: "application/json").fault == .resource)
    }

    @Test func `names that may not stand in the record are counted, and what is never forwarded is neither`() throws {
        let read = try presented(
            "grant_type=password&username=a&password=b&%C3%A9=1&weird%20name=2&Access_Token=3&\(String(repeating: "n", count: 65))=4"
        )
        #expect(read.asked.fields == ["grant_type", "password", "username"])
        #expect(read.asked.otherFields == 3)
    }

    @Test(arguments: [
        ("https://a.example/b?c=d", true), ("urn:example:api", true), ("HTTPS://A/", true), ("https://a/#b", false),
        ("/relative", false), ("", false), (":x", false), ("https://a/ b", false), ("https://\u{e9}/", false),
    ])
    func `a resource indicator is an absolute URI without a fragment`(_ text: String, _ holds: Bool) {
        #expect(isResourceIndicator(text) == holds)
    }

    @Test func `an answer's members are taken in their registered form, and named where they are dropped`() {
        let good = AnswerContent(
            Array(
                #"{"subject":"4711","acr":"gold","amr":["pwd","otp"],"auth_time":1700000000,"vot":"P1.Cc","vtm":"https://t/","extraInfo":{"a" : 1}}"#
                    .utf8))
        #expect(good.subject == "4711" && good.claim.acr == "gold" && good.claim.amr == ["pwd", "otp"])
        #expect(good.authTime == 1_700_000_000 && good.dropped.isEmpty)
        #expect(good.extraInfo.map { String(decoding: $0, as: UTF8.self) } == #"{"a" : 1}"#)
        let bad = AnswerContent(
            Array(#"{"subject":4711,"acr":"","amr":"pwd","auth_time":-1,"vot":[],"vtm":"a\u0007"}"#.utf8))
        #expect(bad.subject == nil && bad.claim == Assurance() && bad.authTime == nil)
        #expect(bad.dropped == ["subject", "acr", "vot", "vtm", "amr", "auth_time"])
        #expect(AnswerContent([]).extraInfoState == .none)
        #expect(AnswerContent(Array("{".utf8)).extraInfoState == .notJSON)
    }
}
