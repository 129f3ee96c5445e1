/// Looks at eight bytes at a time (SIMD within a register): most of a document is plain ASCII inside strings.
enum ByteScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The first offset from `start` on that holds a control character, `"`, `\` or a byte that is not ASCII, or
    /// `bytes.count`.
    @inline(__always)
    static func endOfPlainASCII(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var offset = start
        while bytes.count - offset >= 8 {
            let word = littleEndianWord(in: bytes, at: offset)
            let marks = (escapedMarks(word) | word) & highBits
            if marks != 0 { return offset + marks.trailingZeroBitCount >> 3 }
            offset += 8
        }
        while offset < bytes.count, bytes[offset] < 0x80, !mustBeEscaped(bytes[offset]) { offset += 1 }
        return offset
    }

    /// The first offset from `start` on that holds a control character, `"` or `\`, or `bytes.count`.
    @inline(__always)
    static func endOfUnescaped(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var offset = start
        while bytes.count - offset >= 8 {
            let marks = escapedMarks(littleEndianWord(in: bytes, at: offset)) & highBits
            if marks != 0 { return offset + marks.trailingZeroBitCount >> 3 }
            offset += 8
        }
        while offset < bytes.count, !mustBeEscaped(bytes[offset]) { offset += 1 }
        return offset
    }

    /// Not zero when any of eight bytes is below its lowest, above its highest, a backslash or not ASCII.
    ///
    /// The lowest are ASCII; the highest have their high bit set. So no subtraction borrows from a neighbour unless a
    /// mark is set already.
    @inline(__always)
    static func marksOutside(
        _ bytes: UnsafeRawBufferPointer, _ lowest: UnsafeRawBufferPointer, _ highest: UnsafeRawBufferPointer,
        at offset: Int
    ) -> UInt64 {
        let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        let isAtLeast = (word | highBits) &- lowest.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        let isAtMost = highest.loadUnaligned(fromByteOffset: offset, as: UInt64.self) &- word
        let backslashes = word ^ (ones &* UInt64(ASCII.backslash))
        return (~isAtLeast | ~isAtMost | (backslashes &- ones) & ~backslashes | word) & highBits
    }

    /// Whether `bytes` at `offset` are those of `text`. There must be enough of them.
    @inline(__always)
    static func equals(_ bytes: UnsafeRawBufferPointer, at offset: Int, _ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        let other = UnsafeRawBufferPointer(start: text.utf8Start, count: count)
        var index = 0
        while count - index >= 8 {
            let left = bytes.loadUnaligned(fromByteOffset: offset + index, as: UInt64.self)
            if left != other.loadUnaligned(fromByteOffset: index, as: UInt64.self) { return false }
            index += 8
        }
        while index < count {
            if bytes[offset + index] != other[index] { return false }
            index += 1
        }
        return true
    }

    @inline(__always)
    static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == ASCII.quote || byte == ASCII.backslash
    }

    @inline(__always)
    private static func littleEndianWord(in bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The high bit of each byte that is below U+0020, `"` or `\`. A borrow can set the bit of a byte above such a
    /// one, never below: the lowest mark is always true.
    @inline(__always)
    private static func escapedMarks(_ word: UInt64) -> UInt64 {
        let quotes = word ^ (ones &* UInt64(ASCII.quote))
        let backslashes = word ^ (ones &* UInt64(ASCII.backslash))
        return (word &- ones &* 0x20) & ~word
            | (quotes &- ones) & ~quotes
            | (backslashes &- ones) & ~backslashes
    }
}

/// The bytes that mean something in JSON.
enum ASCII {
    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")
    static let comma = UInt8(ascii: ",")
    static let colon = UInt8(ascii: ":")
    static let openBrace = UInt8(ascii: "{")
    static let closeBrace = UInt8(ascii: "}")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")
    static let minus = UInt8(ascii: "-")
    static let zero = UInt8(ascii: "0")
    static let nine = UInt8(ascii: "9")

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool {
        byte >= zero && byte <= nine
    }
}
