import AuthorizationCore
import CanonicalJSON
import EventLog
import Foundation
import LedgerTestSupport
import Testing

/// A leaf that a stranger wrote is refused, however little differs.
@Suite struct RecordedFormRefusalTests {
    @Test(arguments: [
        ("an unknown member of the envelope", #""position":41"#, #""position":41,"q":1"#),
        ("an unknown member of the data", #""revision":1"#, #""revision":1,"zeal":1"#),
        ("an unknown member in front", #"{"actor""#, #"{"aa":1,"actor""#),
        ("a missing member of the envelope", #""position":41,"#, ""),
        ("a missing member of the data", #""environment":"prod","#, ""),
        ("a repeated member", #""position":41"#, #""position":41,"position":41"#),
        ("another order", #""environment":"prod","revision":1"#, #""revision":1,"environment":"prod""#),
        ("a string for an integer", #""revision":1"#, #""revision":"1""#),
        ("an integer for a string", #""environment":"prod""#, #""environment":1"#),
        ("null", #""environment":"prod""#, #""environment":null"#),
        ("an array for an object", #""actor":{"id":"service","kind":"service"}"#, #""actor":[]"#),
        ("a later version", #""v":1"#, #""v":2"#),
        ("an earlier version", #""v":1"#, #""v":0"#),
        ("a value out of its list", #""kind":"service""#, #""kind":"sevice""#),
        ("a type that is none", #""type":"api.deployed""#, #""type":"api.deplored""#),
        ("another type with other fields", #""type":"api.deployed""#, #""type":"api.retired""#),
        ("a name out of its form", #""environment":"prod""#, #""environment":"Prod""#),
        ("a reserved name", #""environment":"prod""#, #""environment":"manager""#),
        ("an identifier of another kind", #""api":"api_"#, #""api":"app_"#),
        ("upper-case digits", #""blind":"0123456789abcdef"#, #""blind":"0123456789ABCDEF"#),
        ("a position before the first", #""position":41"#, #""position":-1"#),
        ("a leading zero", #""position":41"#, #""position":041"#),
        ("a fraction", #""position":41"#, #""position":41.0"#),
        ("an exponent", #""revision":1"#, #""revision":1e0"#),
        ("minus zero", #""revision":1"#, #""revision":-0"#),
        ("an integer beyond 2^53", #""revision":1"#, #""revision":9007199254740992"#),
        ("a space", #""position":41"#, #""position": 41"#),
        ("an escape that is not needed", #""id":"service""#, #""id":"\u0073ervice""#),
        ("an escaped slash", #""id":"service""#, #""id":"ser\/vice""#),
        ("a time with an offset", "2026-09-21T14:13:20.123456Z", "2026-09-21T14:13:20.1+00:00"),
        ("a day that is none", "2026-09-21T", "2026-02-29T"),
    ])
    func `another form is refused`(_ why: String, _ good: String, _ bad: String) throws {
        let leaf = String(decoding: try RecordedForm.encode(try EventSchema.example(of: .apiDeployed)), as: UTF8.self)
        let broken = leaf.replacingOccurrences(of: good, with: bad)
        try #require(broken != leaf)
        #expect(throws: RecordedFormError.self, "\(why)") { try RecordedForm.decode(Array(broken.utf8)) }
    }

    @Test(arguments: EventType.allCases)
    func `nothing follows a leaf, and nothing of it is cut off`(_ type: EventType) throws {
        let leaf = try RecordedForm.encode(try EventSchema.example(of: type))
        for tail in ["\n", " ", "{}", "\0", ","] {
            #expect(throws: RecordedFormError.self) { try RecordedForm.decode(leaf + tail.utf8) }
        }
        for end in leaf.indices {
            #expect(throws: RecordedFormError.self) { try RecordedForm.decode(Array(leaf[..<end])) }
        }
    }

    /// The schema, the writer and the reader agree member by member.
    @Test(arguments: EventType.allCases)
    func `a member may be absent only where the schema does not require it`(_ type: EventType) throws {
        let leaf = try RecordedForm.encode(try EventSchema.example(of: type))
        let schema = try EventSchema.document(of: type)
        let event = try JSON.parse(leaf)
        for path in paths(of: event) {
            let without = JSON.canonicalBytes(of: event.replacing(path[...], with: nil))
            let isRequired = schema.requires(path[...])
            if isRequired {
                #expect(throws: RecordedFormError.self, "\(path)") { try RecordedForm.decode(without) }
            } else {
                #expect(try RecordedForm.encode(try RecordedForm.decode(without)) == without, "\(path)")
            }
            let wrong = JSON.canonicalBytes(of: event.replacing(path[...], with: .null))
            #expect(throws: RecordedFormError.self, "\(path)") { try RecordedForm.decode(wrong) }
        }
    }

    /// The paths of all members whose names the schema knows; maps hold data.
    private func paths(of value: JSONValue) -> [[String]] {
        let maps = ["because", "equal"]
        return (value.objectValue?.members ?? []).flatMap { member in
            [[member.name]]
                + (maps.contains(member.name) ? [] : paths(of: member.value).map { [member.name] + $0 })
        }
    }
}

extension JSONValue {
    fileprivate func replacing(_ path: ArraySlice<String>, with value: JSONValue?) -> JSONValue {
        guard let name = path.first, case .object(var object) = self else { return self }
        object[name] = path.count == 1 ? value : object[name]?.replacing(path.dropFirst(), with: value)
        return .object(object)
    }

    fileprivate func requires(_ path: ArraySlice<String>) -> Bool {
        guard let name = path.first, let schema = objectValue else { return false }
        guard path.count > 1 else {
            return schema["required"]?.arrayValue?.contains(.string(name)) ?? false
        }
        return schema["properties"]?.objectValue?[name]?.requires(path.dropFirst()) ?? false
    }
}
