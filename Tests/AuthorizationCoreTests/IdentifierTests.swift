import AuthorizationCore
import Testing

@Suite struct IdentifierTests {
    private static let bits: [UInt128] = [0, 1, 31, 32, 1 << 64, 1 << 80, 1 << 127, .max - 1, .max]

    @Test(arguments: bits)
    func `an identifier is read back from its text`(_ bits: UInt128) {
        let id = APIID(bits: bits)
        #expect(id.text.utf8.count == 30)
        #expect(APIID(text: id.text) == id)
    }

    @Test func `the text is the prefix and Crockford digits, most significant first`() {
        #expect(APIID(bits: 0).text == "api_00000000000000000000000000")
        #expect(APIID(bits: 32).text == "api_00000000000000000000000010")
        #expect(APIID(bits: 31).text == "api_0000000000000000000000000z")
        #expect(APIID(bits: .max).text == "api_7zzzzzzzzzzzzzzzzzzzzzzzzz")
    }

    @Test(arguments: zip(bits, bits.dropFirst()))
    func `texts sort as the identifiers do`(_ left: UInt128, _ right: UInt128) {
        #expect(AppID(bits: left) < AppID(bits: right))
        #expect(AppID(bits: left).text < AppID(bits: right).text)
    }

    @Test func `a later millisecond sorts later, whatever was drawn`() {
        let earlier = DecisionID(milliseconds: 1_790_000_000_000, random: .max)
        let later = DecisionID(milliseconds: 1_790_000_000_001, random: 0)
        #expect(earlier < later)
        #expect(earlier.bits << 48 == UInt128.max << 48)
        // What does not fit is cut off and touches nothing else.
        #expect(DecisionID(milliseconds: 1 << 48, random: 0).bits == 0)
    }

    @Test func `each kind has a prefix of its own`() {
        let texts = [
            APIID.example.text, IdentityID.example.text, AppID.example.text, OperatorID.example.text,
            DecisionID.example.text, CommandID.example.text, FamilyID.example.text, CredentialID.example.text,
            AccountID.example.text, SubjectReference.example.text, VaultID.example.text, HoldID.example.text,
        ]
        #expect(Set(texts.map { $0.prefix(4) }).count == texts.count)
        #expect(Set(texts.map { $0.dropFirst(4) }).count == 1)
        #expect(APIID(text: IdentityID.example.text) == nil)
    }

    @Test(arguments: [
        ("nothing", ""),
        ("the prefix alone", "api_"),
        ("no prefix", "00000000000000000000000010"),
        ("another prefix", "app_00000000000000000000000010"),
        ("an upper-case prefix", "API_00000000000000000000000010"),
        ("a digit too few", "api_0000000000000000000000010"),
        ("a digit too many", "api_000000000000000000000000100"),
        ("more than 128 bits", "api_80000000000000000000000000"),
        ("an upper-case digit", "api_0000000000000000000000000Z"),
        ("the letter i", "api_0000000000000000000000000i"),
        ("the letter l", "api_0000000000000000000000000l"),
        ("the letter o", "api_0000000000000000000000000o"),
        ("the letter u", "api_0000000000000000000000000u"),
        ("a hyphen", "api_000000000000-0000000000010"),
        ("a letter of two bytes", "api_000000000000000000000000é"),
        ("a byte of zero", "api_0000000000000000000000000\0"),
        ("a space behind", "api_0000000000000000000000010 "),
    ])
    func `another text is no identifier`(_ why: String, _ text: String) {
        #expect(APIID(text: text) == nil, "\(why)")
    }

    @Test func `bytes are read back from their digits`() {
        let bytes = (0..<32).map { UInt8($0 * 8 + 3) }
        #expect(Bytes32(bytes: bytes)?.bytes == bytes)
        #expect(Bytes16(bytes: bytes[..<16])?.bytes == Array(bytes[..<16]))
        #expect(Bytes16(bytes: bytes) == nil)
        #expect(Bytes32(bytes: []) == nil)
        #expect(Bytes16(high: 0x0123_4567_89ab_cdef, low: 0xff).text == "0123456789abcdef00000000000000ff")
        for value in [Bytes32(), .example, Bytes32(words: [.max, 0, .max, 1])] {
            #expect(Bytes32(text: value.text) == value)
        }
        #expect(Bytes16(high: 1, low: 0) > Bytes16(high: 0, low: .max))
    }

    @Test(arguments: [
        "", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdef0", "0123456789ABCDEF0123456789ABCDEF",
        "0123456789abcdef0123456789abcdeg", "0x23456789abcdef0123456789abcdef", " 123456789abcdef0123456789abcdef",
    ])
    func `another text is no sixteen bytes`(_ text: String) {
        #expect(Bytes16(text: text) == nil)
    }
}
