import CanonicalJSON
import Testing

struct WriterTests {
    @Test func `members and elements get their commas`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("a")
        writer.beginArray()
        writer.integer(0)
        writer.beginArray()
        writer.endArray()
        writer.beginObject()
        writer.endObject()
        writer.boolean(false)
        writer.endArray()
        writer.name("b" as String)
        writer.null()
        writer.name("c")
        writer.raw(bytes(#"{"x":1}"#))
        writer.name("d")
        writer.boolean(true)
        writer.name("e")
        bytes("0a\"\n").withUnsafeBytes { writer.string(asciiBytes: $0) }
        writer.name("f")
        writer.integer(-JSON.maximumInteger)
        writer.endObject()
        let expected = #"{"a":[0,[],{},false],"b":null,"c":{"x":1},"d":true,"e":"0a\"\n","f":-9007199254740991}"#
        #expect(text(writer.bytes) == expected)
        #expect(canonicalFault(in: writer.bytes) == nil)

        writer.removeAll()
        writer.string("again")
        #expect(text(writer.bytes) == #""again""#)
    }

    @Test(arguments: [
        ("\u{0}\u{1}\u{B}\u{E}\u{1F}", #""\u0000\u0001\u000b\u000e\u001f""#),
        ("\u{8}\t\n\u{C}\r\"\\", #""\b\t\n\f\r\"\\""#),
        ("/</script>", #""/</script>""#),
        ("\u{7F}\u{80}\u{2028}\u{2029}\u{FEFF}", "\"\u{7F}\u{80}\u{2028}\u{2029}\u{FEFF}\""),
        ("e\u{301} \u{1F600}", "\"e\u{301} \u{1F600}\""),
        ("01234567\"01234567\\0123456\n", #""01234567\"01234567\\0123456\n""#),
    ])
    func `only quotes, backslashes and control characters are escaped`(string: String, expected: String) {
        let written = JSON.canonicalBytes(of: .string(string))
        #expect(written == bytes(expected))
        #expect(canonicalFault(in: written) == nil)
    }

    @Test func `members are sorted by UTF-16 code units, those of inner objects too`() {
        let value = JSONValue.object([
            "\u{FB33}": .integer(1), "\u{1F600}": .integer(2),
            "a": .object(["2": .null, "10": .null, "": .null]),
        ])
        #expect(
            text(JSON.canonicalBytes(of: value))
                == "{\"a\":{\"\":null,\"10\":null,\"2\":null},\"\u{1F600}\":2,\"\u{FB33}\":1}")
    }

    @Test func `a foreign number is written as it stands`() {
        #expect(text(JSON.canonicalBytes(of: .array([.number("1.50"), .number("-0")]))) == "[1.50,-0]")
    }

    @Test func `people get two spaces a level`() {
        let value = JSONValue.object([
            "list": .array([.integer(1), .array([]), .object(["x": .string("\n")])]), "empty": .object([:]),
        ])
        let expected = #"""
            {
              "empty": {},
              "list": [
                1,
                [],
                {
                  "x": "\n"
                }
              ]
            }

            """#
        #expect(text(JSON.indented(value)) == expected)
    }

    @Test func `an integer that no reader would take stops the program`() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.integer(JSON.maximumInteger + 1)
        }
    }

    @Test func `nesting that no reader would take stops the program`() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            for _ in 0...JSON.maximumDepth { writer.beginArray() }
        }
    }

    #if DEBUG
        @Test func `names out of order stop a debug build`() async {
            await #expect(processExitsWith: .failure) {
                var writer = JSONWriter()
                writer.beginObject()
                writer.name("b")
                writer.null()
                writer.name("a")
            }
        }

        @Test func `a value without a name stops a debug build`() async {
            await #expect(processExitsWith: .failure) {
                var writer = JSONWriter()
                writer.beginObject()
                writer.null()
            }
        }
    #endif
}
