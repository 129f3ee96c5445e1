internal import LedgerCrypto

/// Lower-case hexadecimal, eight digits at a time.
enum HexText {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// Whether these are such digits, a multiple of eight of them.
    static func isHex(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count % 8 == 0 else { return false }
        var offset = 0
        var valid = highBits
        while offset < text.count {
            valid &= digitMarks(word(text, at: offset))
            offset += 8
        }
        return valid == highBits
    }

    /// The digest that 64 digits say; nil for anything else.
    static func digest(_ text: UnsafeRawBufferPointer) -> SHA256Digest? {
        guard text.count == 2 * SHA256Digest.byteCount, isHex(text) else { return nil }
        var parts: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        parts.0 = eightBytes(text, at: 0)
        parts.1 = eightBytes(text, at: 16)
        parts.2 = eightBytes(text, at: 32)
        parts.3 = eightBytes(text, at: 48)
        return withUnsafeBytes(of: parts) { SHA256Digest(bytes: $0) }
    }

    @inline(__always)
    private static func word(_ text: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        UInt64(littleEndian: text.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The high bit of each byte that is a digit. Adding to seven bits shows in the eighth how they compare.
    @inline(__always)
    private static func digitMarks(_ word: UInt64) -> UInt64 {
        let low = word & ~highBits
        func isAtLeast(_ byte: UInt8) -> UInt64 { low &+ ones &* UInt64(0x80 - byte) }
        let isDecimal = isAtLeast(UInt8(ascii: "0")) & ~isAtLeast(UInt8(ascii: "9") + 1)
        let isLetter = isAtLeast(UInt8(ascii: "a")) & ~isAtLeast(UInt8(ascii: "f") + 1)
        return (isDecimal | isLetter) & ~word & highBits
    }

    /// Sixteen digits as eight bytes in the memory's order.
    @inline(__always)
    private static func eightBytes(_ text: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        (fourBytes(word(text, at: offset)) | fourBytes(word(text, at: offset + 8)) << 32).littleEndian
    }

    @inline(__always)
    private static func fourBytes(_ word: UInt64) -> UInt64 {
        // A letter has bit 6, and its low four bits are nine less than its value.
        let halves = (word & (ones &* 0x0F)) &+ ((word >> 6) & ones) &* 9
        var bytes = (halves << 4 | halves >> 8) & 0x00FF_00FF_00FF_00FF
        bytes = (bytes | bytes >> 8) & 0x0000_FFFF_0000_FFFF
        return (bytes | bytes >> 16) & 0xFFFF_FFFF
    }
}
