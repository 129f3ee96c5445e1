import EventLog
import Foundation
import LedgerCrypto
import LedgerTestSupport
import Testing

@Suite struct SignedNoteTests {
    // C2SP signed-note, section "Verifier keys".
    static let vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    static let line =
        "\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    static let note = "This is an example message.\n\n\(line)\n"

    @Test func `the specification's example verifies and is written as it was`() throws {
        let key = try VerifierKey(Self.vkey)
        let note = try SignedNote(parsing: Array(Self.note.utf8))
        #expect(note.text == Array("This is an example message.\n".utf8))
        #expect(try note.verify(with: [key]).map(\.key) == [key])
        #expect(note.bytes == Array(Self.note.utf8))
        #expect(key.text == Self.vkey)
    }

    @Test(.enabled(if: Vectors.areAvailable))
    func `all published notes are taken or refused as stated`() throws {
        let cases = try #require(try json("signed-note/signed-notes.json")["cases"] as? [[String: Any]])
        for members in cases {
            let name = try #require(members["name"] as? String)
            let bytes =
                if let text = members["note"] as? String { Array(text.utf8) } else {
                    try #require(Hex.decode(members["note_hex"] as? String ?? "not hex"))
                }
            let keys = try #require(members["vkeys"] as? [String]).map { text throws(NoteError) in try VerifierKey(text)
            }
            let isValid = try #require(members["valid"] as? Bool)
            do throws(NoteError) {
                let note = try SignedNote(parsing: bytes)
                let verified = try note.verify(with: keys)
                #expect(isValid, "\(name)")
                #expect(note.bytes == bytes, "\(name)")
                #expect(verified.count == keys.count, "\(name)")
                if members["cosignature"] != nil {
                    #expect(verified.map(\.time) == [1_767_139_200], "\(name)")
                }
            } catch {
                #expect(!isValid, "\(name): \(error)")
            }
            if members["deterministic_sign"] as? Bool == true {
                let signer = try TestKey(members["skey"] as? String ?? "").signer
                #expect(signer.verifierKey == keys[0])
                var again = try SignedNote(text: SignedNote(parsing: bytes).text)
                try again.append(signer.sign(again))
                #expect(again.bytes == bytes, "\(name)")
            }
        }
        #expect(cases.count == 18)
    }

    @Test(.enabled(if: Vectors.areAvailable))
    func `all published verifier keys are taken or refused as stated`() throws {
        let file = try json("signed-note/signed-notes.json")
        for text in try #require(file["vkeys_positive"] as? [String]) { #expect(try VerifierKey(text).text == text) }
        for members in try #require(file["vkeys_negative"] as? [[String: String]]) {
            #expect(throws: NoteError.malformedVerifierKey) { try VerifierKey(members["vkey"] ?? "") }
        }
    }

    @Test(arguments: [
        "", "+", "++", "example.com/foo", "example.com/foo+530d903a", String(vkey.dropLast()), vkey + "=", vkey + "\n",
        vkey.replacing("530d903a", with: "530D903A"), vkey.replacing("530d903a", with: "530d903b"),
        vkey.replacing("530d903a", with: "0530d903a"), vkey.replacing("foo", with: "bar"),
        vkey.replacing("/foo", with: " foo"), "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ])
    func `a vkey that nobody would write is refused`(_ text: String) {
        #expect(throws: NoteError.malformedVerifierKey) { try VerifierKey(text) }
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let note: String
        let error: NoteError

        init(_ what: String, _ note: String, _ error: NoteError) {
            (testDescription, self.note, self.error) = (what, note, error)
        }
    }

    static let text = "This is an example message.\n"
    static let broken = [
        Broken("nothing", "", .malformedNote),
        Broken("a text only", text, .malformedNote),
        Broken("no signature", "\(text)\n", .malformedNote),
        Broken("no empty line", "\(text)\(line)\n", .malformedNote),
        Broken("no text", "\n\(line)\n", .malformedNote),
        Broken("no final newline", "\(text)\n\(line)", .malformedNote),
        Broken("no newline after a second signature", "\(note)\(line)", .malformedNote),
        Broken("CRLF", note.replacing("\n", with: "\r\n"), .notPlainText),
        Broken("a tab in the text", "a\tb\n\n\(line)\n", .notPlainText),
        Broken("a zero in the text", "a\0b\n\n\(line)\n", .notPlainText),
        Broken("an en dash", note.replacing("\u{2014}", with: "\u{2013}"), .malformedSignature(line: 0)),
        Broken("a hyphen", note.replacing("\u{2014}", with: "-"), .malformedSignature(line: 0)),
        Broken("two spaces", note.replacing("foo U", with: "foo  U"), .malformedSignature(line: 0)),
        Broken("a space at the end", "\(text)\n\(line) \n", .malformedSignature(line: 0)),
        Broken("no name", note.replacing("example.com/foo ", with: ""), .malformedSignature(line: 0)),
        Broken("a plus in the name", note.replacing("/foo", with: "+foo"), .malformedSignature(line: 0)),
        Broken("a wide space in the name", note.replacing("/foo", with: "\u{3000}foo"), .malformedSignature(line: 0)),
        Broken("unpadded base64", note.replacing("aQM=", with: "aQM"), .malformedSignature(line: 0)),
        Broken("base64 with other bits", note.replacing("aQM=", with: "aQN="), .malformedSignature(line: 0)),
        Broken("URL-safe base64", "\(text)\n\u{2014} a/b Uw2QOkn8_-A=\n", .malformedSignature(line: 0)),
        Broken("a key ID only", "\(text)\n\u{2014} a/b Uw2QOg==\n", .malformedSignature(line: 0)),
        Broken("a second line of text", "\(note)more\n", .malformedSignature(line: 1)),
        Broken("too many signatures", note + String(repeating: "\(line)\n", count: 100), .tooManySignatures(101)),
        Broken("far too long", String(repeating: "a", count: 1_000_001), .tooLong(1_000_001)),
    ]

    @Test(arguments: broken)
    func `a note that nobody would write is refused`(_ broken: Broken) {
        #expect(throws: broken.error) { try SignedNote(parsing: Array(broken.note.utf8)) }
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        for bytes in [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x8a]] as [[UInt8]] {
            #expect(throws: NoteError.notPlainText) { try SignedNote(parsing: bytes + Array(Self.note.utf8)) }
        }
    }

    @Test func `a text may hold empty lines: the last one separates`() throws {
        let note = try SignedNote(parsing: Array("\n\na\n\n\n\n\(Self.line)\n".utf8))
        #expect(note.text == Array("\n\na\n\n\n".utf8))
        #expect(note.bytes == Array("\n\na\n\n\n\n\(Self.line)\n".utf8))
    }

    @Test func `unknown signatures are kept and say nothing`() throws {
        let key = try TestKey(name: "example.com/log")
        var note = try SignedNote(text: Array("a\n".utf8))
        try note.append(try TestKey(name: "example.com/other").signer.sign(note))
        // The known name with another ID, and another name with the known ID.
        try note.append(try TestKey(name: "example.com/log").signer.sign(note))
        #expect(throws: NoteError.noKnownSignature) { try note.verify(with: [key.signer.verifierKey]) }
        #expect(throws: NoteError.noKnownSignature) { try note.verify(with: []) }
        // Kinds that we do not have, as short and as long as they like ("grease").
        var bytes = note.bytes
        bytes += Array("\u{2014} grease.example AAAAAAA=\n".utf8)
        bytes += Array("\u{2014} grease.example \(Base64.encode([UInt8](repeating: 6, count: 2_436)))\n".utf8)
        note = try SignedNote(parsing: bytes)
        try note.append(key.signer.sign(note))
        #expect(try note.verify(with: [key.signer.verifierKey]).count == 1)
        #expect(try SignedNote(parsing: note.bytes) == note)
        #expect(note.signatures.count == 5)
    }

    @Test func `a key ID authenticates nothing`() throws {
        // A line with the log's name and key ID, signed by somebody else: four bytes are easily matched.
        let log = try TestKey(name: "example.com/log").signer
        let note = try SignedNote(text: Array("a\n".utf8))
        let (genuine, forged) = (try log.sign(note), try TestKey(name: "example.com/log").signer.sign(note))
        let id = withUnsafeBytes(of: log.verifierKey.keyID.bigEndian) { Array($0) }
        let line = Array("\u{2014} example.com/log \(Base64.encode(id + forged.payload))\n".utf8)
        for lines in [line, genuine.line + line, line + genuine.line] {
            #expect(throws: NoteError.invalidSignature(log.verifierKey.name)) {
                try SignedNote(parsing: Array("a\n\n".utf8) + lines).verify(with: [log.verifierKey])
            }
        }
    }

    @Test func `two keys that only the key ID would tell apart are refused`() throws {
        // Found by counting: the first two numbers whose hashes, as public keys, share the four bytes.
        let keys = try [7_160, 12_277].map { number in
            let publicKey = try Ed25519PublicKey(rawBytes: SHA256.hash(Array(String(number).utf8)).bytes)
            return VerifierKey(
                name: try #require(KeyName("example.com/log")), algorithm: .ed25519, publicKey: publicKey)
        }
        #expect(keys.map(\.keyID) == [0xb9c0_3e9f, 0xb9c0_3e9f])
        let line =
            "\u{2014} example.com/log \(Base64.encode([0xb9, 0xc0, 0x3e, 0x9f] + [UInt8](repeating: 1, count: 64)))"
        let note = try SignedNote(parsing: Array("a\n\n\(line)\n".utf8))
        #expect(throws: NoteError.ambiguousVerifierKeys(keys[0].name)) { try note.verify(with: keys) }
        #expect(throws: NoteError.invalidSignature(keys[0].name)) { try note.verify(with: [keys[0], keys[0]]) }
    }

    @Test func `every changed bit of a signed note is noticed`() throws {
        let key = try TestKey(name: "example.com/log").signer
        var note = try SignedNote(text: Array("one\ntwo\n".utf8))
        try note.append(key.sign(note))
        let bytes = note.bytes
        for bit in 0..<(8 * bytes.count) {
            var changed = bytes
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: NoteError.self) { try SignedNote(parsing: changed).verify(with: [key.verifierKey]) }
        }
        for length in 0..<bytes.count {
            #expect(throws: NoteError.self) {
                try SignedNote(parsing: Array(bytes[..<length])).verify(with: [key.verifierKey])
            }
        }
    }

    @Test func `names that look alike are different names`() throws {
        let (composed, decomposed) = (try #require(KeyName("caf\u{e9}")), try #require(KeyName("cafe\u{301}")))
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        for text in ["", "a b", "a+b", "a\u{a0}b", "a\u{2003}b", "a\nb", "a\u{1}b", String(repeating: "a", count: 256)]
        {
            #expect(KeyName(text) == nil)
        }
    }

    @Test func `an unsigned text has to be plain and end with a newline`() {
        #expect(throws: NoteError.malformedNote) { try SignedNote(text: []) }
        #expect(throws: NoteError.malformedNote) { try SignedNote(text: Array("a".utf8)) }
        #expect(throws: NoteError.notPlainText) { try SignedNote(text: Array("a\r\n".utf8)) }
    }
}
