internal import LedgerCrypto

/// Lower-case hexadecimal, eight digits at a time.
enum HexText {
    /// Whether these are such digits, a multiple of eight of them.
    static func isHex(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count % 8 == 0 else { return false }
        var offset = 0
        var valid = EightCharacters.highBits
        while offset < text.count {
            let digits = EightCharacters(text, at: offset)
            valid &=
                digits.areIn(UInt8(ascii: "0")...UInt8(ascii: "9"))
                | digits.areIn(UInt8(ascii: "a")...UInt8(ascii: "f"))
            offset += 8
        }
        return valid == EightCharacters.highBits
    }

    /// The digest that 64 digits say; nil for anything else.
    static func digest(_ text: UnsafeRawBufferPointer) -> SHA256Digest? {
        guard text.count == 2 * SHA256Digest.byteCount, isHex(text) else { return nil }
        let words = (
            eightBytes(text, at: 0), eightBytes(text, at: 16), eightBytes(text, at: 32), eightBytes(text, at: 48)
        )
        return withUnsafeBytes(of: words) { SHA256Digest(bytes: $0) }
    }

    /// Sixteen digits as eight bytes in the memory's order.
    @inline(__always)
    private static func eightBytes(_ text: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        (fourBytes(text, at: offset) | fourBytes(text, at: offset + 8) << 32).littleEndian
    }

    @inline(__always)
    private static func fourBytes(_ text: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        let digits = EightCharacters(text, at: offset).word
        // A letter has bit 6, and its low four bits are nine less than its value.
        let ones = EightCharacters.ones
        let halves = (digits & (ones &* 0x0F)) &+ ((digits >> 6) & ones) &* 9
        var bytes = (halves << 4 | halves >> 8) & 0x00FF_00FF_00FF_00FF
        bytes = (bytes | bytes >> 8) & 0x0000_FFFF_0000_FFFF
        return (bytes | bytes >> 16) & 0xFFFF_FFFF
    }
}
