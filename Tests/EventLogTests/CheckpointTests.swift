import EventLog
import LedgerCrypto
import Testing

@Suite struct CheckpointTests {
    static let root = "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"
    static let rootText = "Tju7H3tHjc/nH7YxYxUZo7yhLJrvyhYSv85ME6hiZNQ="
    static let text = "example.com/log\n5\n\(rootText)\n"

    @Test func `a checkpoint is three lines`() throws {
        let root = try #require(SHA256Digest(hex: Self.root))
        let checkpoint = try Checkpoint(origin: "example.com/log", size: 5, root: root)
        #expect(checkpoint.text == Array(Self.text.utf8))
        #expect(try Checkpoint(parsing: Array(Self.text.utf8)) == checkpoint)
        #expect(checkpoint.extensionLines.isEmpty)
    }

    @Test func `extension lines are kept`() throws {
        let text = Array("\(Self.text)one\ntwo two\n".utf8)
        let checkpoint = try Checkpoint(parsing: text)
        #expect(checkpoint.extensionLines == ["one", "two two"])
        #expect(checkpoint.text == text)
    }

    @Test func `the largest size is 2^63 − 1`() throws {
        let text = Array(Self.text.replacing("\n5\n", with: "\n9223372036854775807\n").utf8)
        #expect(try Checkpoint(parsing: text).size == MerkleTree.maximumSize)
    }

    @Test(arguments: [
        "", "\n", "example.com/log\n", "example.com/log\n5\n", "\n5\n\(rootText)\n", String(text.dropLast()),
        "\(text)\n", "\(text)\nmore\n", "\(text)more", text.replacing("\n5\n", with: "\n05\n"),
        text.replacing("\n5\n", with: "\n+5\n"), text.replacing("\n5\n", with: "\n-5\n"),
        text.replacing("\n5\n", with: "\n 5\n"), text.replacing("\n5\n", with: "\n5 \n"),
        text.replacing("\n5\n", with: "\n0x5\n"), text.replacing("\n5\n", with: "\n\n"),
        text.replacing("\n5\n", with: "\n00\n"), text.replacing("\n5\n", with: "\n٥\n"),
        text.replacing("\n5\n", with: "\n9223372036854775808\n"),
        text.replacing("\n5\n", with: "\n18446744073709551621\n"),
        text.replacing("\n5\n", with: "\n100000000000000000000\n"),
        // An empty tree with the root of another one.
        text.replacing("\n5\n", with: "\n0\n"),
        text.replacing("NQ=", with: "NQ"), text.replacing("NQ=", with: "NR="), text.replacing("jc/n", with: "jc_n"),
        text.replacing(rootText, with: "Tju7H3tHjc/nH7YxYxUZo7yhLJrvyhYSv85ME6hiZA=="),
    ])
    func `a text that nobody would write is no checkpoint`(_ text: String) {
        #expect(throws: NoteError.malformedCheckpoint) { try Checkpoint(parsing: Array(text.utf8)) }
    }

    @Test(arguments: ["", "a\nb", "\n", "a\n5\n\(rootText)"])
    func `an origin is one line`(_ origin: String) throws {
        let root = try #require(SHA256Digest(hex: Self.root))
        #expect(throws: NoteError.malformedCheckpoint) { try Checkpoint(origin: origin, size: 5, root: root) }
    }

    @Test func `carriage returns and sizes without a meaning are refused`() throws {
        let root = try #require(SHA256Digest(hex: Self.root))
        #expect(throws: NoteError.notPlainText) {
            try Checkpoint(parsing: Array(Self.text.replacing("\n", with: "\r\n").utf8))
        }
        #expect(throws: NoteError.malformedCheckpoint) { try Checkpoint(origin: "a", size: 1 << 63, root: root) }
        #expect(throws: NoteError.malformedCheckpoint) { try Checkpoint(origin: "a", size: 0, root: root) }
        #expect(try Checkpoint(origin: "a", size: 0, root: MerkleTree.emptyRoot).size == 0)
    }

    // MARK: Verified

    let log: TestKey
    let witness: TestKey
    let note: SignedNote

    init() throws {
        log = try TestKey(name: "example.com/log")
        witness = try TestKey(name: "witness.example")
        note = try Checkpoint(parsing: Array(Self.text.utf8)).signed(by: log.signer)
    }

    @Test func `a checkpoint counts when its log signed it`() throws {
        let keys = [log.signer.verifierKey]
        let verified = try VerifiedCheckpoint(note, origin: "example.com/log", logKeys: keys)
        #expect(verified.checkpoint.size == 5)
        #expect(verified.cosignatures.isEmpty)
        #expect(throws: NoteError.wrongOrigin) {
            try VerifiedCheckpoint(note, origin: "example.com/logs", logKeys: keys)
        }
        let other = try TestKey(name: "example.com/log").signer.verifierKey
        #expect(throws: NoteError.noKnownSignature) {
            try VerifiedCheckpoint(note, origin: "example.com/log", logKeys: [other])
        }
    }

    @Test func `the key of one log does not vouch for another that shares it`() throws {
        let other = try Checkpoint(origin: "example.com/other", size: 5, root: #require(SHA256Digest(hex: Self.root)))
            .signed(by: log.signer)
        #expect(throws: NoteError.wrongOrigin) {
            try VerifiedCheckpoint(other, origin: "example.com/log", logKeys: [log.signer.verifierKey])
        }
    }

    @Test func `cosignatures carry their time and count towards the quorum`() throws {
        var note = note
        let cosignature = try witness.cosigner.cosign(note, time: 1_780_000_000)
        try note.append(cosignature)
        #expect(cosignature.payload.count == 72)
        #expect(cosignature.payload.prefix(8) == [0, 0, 0, 0, 0x6a, 0x18, 0xa5, 0x00])
        let verified = try verify(note, cosigners: [witness.cosigner.verifierKey], quorum: 1)
        #expect(verified.cosignatures.map(\.time) == [1_780_000_000])
        #expect(throws: NoteError.tooFewCosignatures(found: 1, needed: 2)) {
            try verify(note, cosigners: [witness.cosigner.verifierKey], quorum: 2)
        }
        #expect(throws: NoteError.tooFewCosignatures(found: 0, needed: 1)) {
            try verify(self.note, cosigners: [witness.cosigner.verifierKey], quorum: 1)
        }
    }

    @Test func `one cosigner counts once, however often and under however many names it signs`() throws {
        var note = note
        let alias = Cosigner(name: try #require(KeyName("alias.example")), privateKey: witness.privateKey)
        try note.append(witness.cosigner.cosign(note, time: 1))
        try note.append(witness.cosigner.cosign(note, time: 2))
        try note.append(alias.cosign(note, time: 2))
        #expect(throws: NoteError.tooFewCosignatures(found: 1, needed: 2)) {
            try verify(note, cosigners: [witness.cosigner.verifierKey, alias.verifierKey], quorum: 2)
        }
    }

    @Test func `a cosigner that uses the log's key counts for nothing`() throws {
        var note = note
        let own = Cosigner(name: try #require(KeyName("own.example")), privateKey: log.privateKey)
        try note.append(own.cosign(note, time: 1))
        #expect(throws: NoteError.tooFewCosignatures(found: 0, needed: 1)) {
            try verify(note, cosigners: [own.verifierKey], quorum: 1)
        }
    }

    @Test func `a cosignature alone does not stand for the log`() throws {
        var unsigned = try SignedNote(text: note.text)
        try unsigned.append(witness.cosigner.cosign(unsigned, time: 1))
        #expect(throws: NoteError.noKnownSignature) {
            try verify(unsigned, cosigners: [witness.cosigner.verifierKey], quorum: 0)
        }
        #expect(throws: NoteError.noKnownSignature) {
            try VerifiedCheckpoint(
                unsigned, origin: "example.com/log", logKeys: [witness.cosigner.verifierKey])
        }
    }

    @Test func `a cosignature whose time was changed is refused`() throws {
        let cosignature = try witness.cosigner.cosign(note, time: 1_780_000_000)
        let id = withUnsafeBytes(of: cosignature.keyID.bigEndian) { Array($0) }
        for byte in 0..<8 {
            var payload = cosignature.payload
            payload[byte] ^= 1
            let line = Array("\u{2014} witness.example \(Base64.encode(id + payload))\n".utf8)
            #expect(throws: NoteError.invalidSignature(cosignature.name)) {
                try verify(
                    SignedNote(parsing: note.bytes + line), cosigners: [witness.cosigner.verifierKey], quorum: 1)
            }
        }
        for length in [71, 73] {
            let payload = (cosignature.payload + [0]).prefix(length)
            let line = Array("\u{2014} witness.example \(Base64.encode(id + payload))\n".utf8)
            #expect(throws: NoteError.invalidSignature(cosignature.name)) {
                try verify(
                    SignedNote(parsing: note.bytes + line), cosigners: [witness.cosigner.verifierKey], quorum: 1)
            }
        }
    }

    @Test(arguments: [(UInt64(Int64.max), true), (1 << 63, false)])
    func `a genuine cosignature counts up to the time 2^63 − 1`(time: UInt64, isValid: Bool) throws {
        let message = Array("cosignature/v1\ntime \(time)\n".utf8) + note.text
        let payload = withUnsafeBytes(of: time.bigEndian) { Array($0) } + (try witness.privateKey.sign(message))
        let id = withUnsafeBytes(of: witness.cosigner.verifierKey.keyID.bigEndian) { Array($0) }
        let line = Array("\u{2014} witness.example \(Base64.encode(id + payload))\n".utf8)
        let cosigned = try SignedNote(parsing: note.bytes + line)
        if isValid {
            let verified = try verify(cosigned, cosigners: [witness.cosigner.verifierKey], quorum: 1)
            #expect(verified.cosignatures.map(\.time) == [time])
        } else {
            #expect(throws: NoteError.invalidSignature(witness.name)) {
                try verify(cosigned, cosigners: [witness.cosigner.verifierKey], quorum: 1)
            }
        }
    }

    @Test func `extension lines are cosigned as well`() throws {
        let text = note.text + Array("extension\n".utf8)
        var extended = try SignedNote(text: text)
        try extended.append(log.signer.sign(extended))
        let cosignature = try witness.cosigner.cosign(extended, time: 1)
        try extended.append(cosignature)
        _ = try verify(extended, cosigners: [witness.cosigner.verifierKey], quorum: 1)
        var plain = note
        try plain.append(cosignature)
        #expect(throws: NoteError.invalidSignature(cosignature.name)) {
            try verify(plain, cosigners: [witness.cosigner.verifierKey], quorum: 1)
        }
    }

    @Test func `a cosigner signs checkpoints only, at times that the format has`() throws {
        let text = try SignedNote(text: Array("no checkpoint\n".utf8))
        #expect(throws: NoteError.malformedCheckpoint) { try witness.cosigner.cosign(text, time: 1) }
        #expect(throws: NoteError.timeOutOfRange(1 << 63)) { try witness.cosigner.cosign(note, time: 1 << 63) }
        #expect(try witness.cosigner.cosign(note, time: UInt64(Int64.max)).payload.first == 0x7f)
    }

    private func verify(
        _ note: SignedNote, cosigners: [VerifierKey], quorum: Int
    ) throws(NoteError) -> VerifiedCheckpoint {
        try VerifiedCheckpoint(
            note, origin: "example.com/log", logKeys: [log.signer.verifierKey], cosigners: cosigners, quorum: quorum)
    }
}
