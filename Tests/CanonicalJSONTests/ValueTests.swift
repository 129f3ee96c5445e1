import CanonicalJSON
import Testing

struct ValueTests {
    @Test func `strings, names and number texts are equal when their bytes are`() {
        #expect("\u{E9}" == "e\u{301}")  // what Swift says
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(JSONValue.object(["\u{E9}": .null]) != .object(["e\u{301}": .null]))
        #expect(JSONValue.number("1.0") != .number("1"))
        #expect(JSONValue.integer(1) != .number("1"))
        #expect(JSONValue.string("1") != .number("1"))
    }

    @Test func `the order of members carries no meaning`() {
        let left: JSONObject = ["b": .integer(1), "a": .integer(2)]
        #expect(left == ["a": .integer(2), "b": .integer(1)])
        #expect(left != ["a": .integer(1), "b": .integer(2)])
        #expect(left != ["a": .integer(2)])
    }

    @Test func `an object holds no name twice`() {
        let members = [JSONMember(name: "a", value: .null), JSONMember(name: "b", value: .null)]
        #expect(JSONObject(members: members)?.members == members)
        #expect(JSONObject(members: members + [JSONMember(name: "a", value: .boolean(true))]) == nil)
        #expect(JSONObject(members: ["\u{E9}", "e\u{301}"].map { JSONMember(name: $0, value: .null) }) != nil)
    }

    @Test func `setting replaces in place, adds at the end or removes`() {
        var object: JSONObject = ["a": .integer(1), "b": .integer(2)]
        object["a"] = .integer(3)
        object["c"] = .null
        object["b"] = nil
        object["x"] = nil
        #expect(object.members.map(\.name) == ["a", "c"])
        #expect(object["a"] == .integer(3))
    }

    @Test func `a value is handed out only as its own kind`() {
        #expect(JSONValue.string("s").stringValue == "s")
        #expect(JSONValue.integer(1).integerValue == 1)
        #expect(JSONValue.boolean(true).booleanValue == true)
        #expect(JSONValue.array([.null]).arrayValue == [.null])
        #expect(JSONValue.object([:]).objectValue == [:])
        #expect(JSONValue.number("1").integerValue == nil)
        #expect(JSONValue.null.stringValue == nil)
        #expect(JSONValue.null.booleanValue == nil)
        #expect(JSONValue.null.arrayValue == nil)
        #expect(JSONValue.null.objectValue == nil)
    }

    @Test(arguments: [
        ("", "a", true), ("a", "", false), ("a", "a", false), ("a", "b", true), ("a", "aa", true), ("Z", "a", true),
        ("\u{1F600}", "\u{FB33}", true), ("\u{FB33}", "\u{1F600}", false), ("\u{D7FF}", "\u{10000}", true),
        ("\u{10FFFF}", "\u{E000}", true), ("e\u{301}", "\u{E9}", true), ("\u{7FF}", "\u{800}", true),
    ])
    func `names sort by UTF-16 code units`(left: String, right: String, expected: Bool) {
        #expect(JSON.compareUTF16(left, right) == expected)
        #expect(left.utf16.lexicographicallyPrecedes(right.utf16) == expected)
    }

    @Test func `the order agrees with UTF-16 over many strings`() {
        var generator = SeededGenerator(seed: 7)
        var strings: [String] = []
        while strings.count < 300 {
            if case .string(let string) = generator.value() { strings.append(string) }
        }
        for left in strings {
            for right in strings
            where JSON.compareUTF16(left, right) != left.utf16.lexicographicallyPrecedes(right.utf16) {
                Issue.record("\(left.debugDescription) \(right.debugDescription)")
            }
        }
    }
}
