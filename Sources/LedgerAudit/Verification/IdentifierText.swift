internal import AuthorizationCore

/// The values of Crockford's digits, by byte; 255 where it is none. The same table as AuthorizationCore's, made anew:
/// what reads identifiers by the million must not make a `String` of each.
private let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, digit) in "0123456789abcdefghjkmnpqrstvwxyz".utf8.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
}()

extension Identifier {
    /// Reads an identifier where it stands in a log; accepts what ``init(text:)`` does.
    init?(textBytes text: UnsafeRawBufferPointer) {
        let prefix = Kind.prefix
        let count = prefix.utf8CodeUnitCount
        guard text.count == count + IdentifierText.digitCount else { return nil }
        for index in 0..<count where text[index] != prefix.utf8Start[index] { return nil }
        guard let bits = IdentifierText.bits(UnsafeRawBufferPointer(rebasing: text[count...])) else { return nil }
        self.init(bits: bits)
    }
}

/// The part of an identifier behind its prefix: 128 bits in 26 digits, so that the first is at most 7.
enum IdentifierText {
    static let digitCount = 26

    /// Whether such digits begin there. There must be enough bytes.
    @inline(__always)
    static func isIdentifier(_ text: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        // The last eight overlap those before.
        let marks =
            digitMarks(text, at: offset) & digitMarks(text, at: offset + 8) & digitMarks(text, at: offset + 16)
            & digitMarks(text, at: offset + digitCount - 8)
        return marks == EightCharacters.highBits && text[offset] <= UInt8(ascii: "7")
    }

    /// The alphabet leaves out what could be taken for a digit, and `u`.
    @inline(__always)
    private static func digitMarks(_ digits: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        let digits = EightCharacters(digits, at: offset)
        let isLetter =
            digits.areIn(UInt8(ascii: "a")...UInt8(ascii: "z")) & digits.areNot(UInt8(ascii: "i"))
            & digits.areNot(UInt8(ascii: "l")) & digits.areNot(UInt8(ascii: "o")) & digits.areNot(UInt8(ascii: "u"))
        return isLetter | digits.areIn(UInt8(ascii: "0")...UInt8(ascii: "9"))
    }

    static func bits(_ digits: UnsafeRawBufferPointer) -> UInt128? {
        guard digits.count == digitCount else { return nil }
        return values.withUnsafeBufferPointer { values in
            // A digit that is none sets bits above the lowest five.
            var all: UInt8 = 0
            func part(_ range: Range<Int>) -> UInt64 {
                var bits: UInt64 = 0
                for index in range {
                    let value = values[Int(digits[index])]
                    all |= value
                    bits = bits << 5 | UInt64(value & 31)
                }
                return bits
            }
            let first = part(0..<2)
            let second = part(2..<14)
            let third = part(14..<26)
            guard all < 32, first < 1 << 8 else { return nil }
            return UInt128(first) << 120 | UInt128(second) << 60 | UInt128(third)
        }
    }
}

/// Reads identifiers of one kind where they stand in a log. Those that follow one another are mostly the same, of one
/// decision or one vault, and are then read once.
struct IdentifierReader<Kind: IdentifierKind> {
    private var text: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    private var last = Identifier<Kind>()

    /// Accepts what `Identifier(text:)` does.
    mutating func read(_ text: UnsafeRawBufferPointer) -> Identifier<Kind>? {
        guard text.count == Kind.prefix.utf8CodeUnitCount + IdentifierText.digitCount else { return nil }
        let end = text.count - 8
        let words = (
            text.loadUnaligned(as: UInt64.self), text.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            text.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
            text.loadUnaligned(fromByteOffset: end, as: UInt64.self)
        )
        if words == self.text { return last }
        guard let identifier = Identifier<Kind>(textBytes: text) else { return nil }
        self.text = words
        last = identifier
        return identifier
    }
}
