/// Which byte sequences are UTF-8 (RFC 3629, section 4).
enum UTF8Form {
    /// The length of the well-formed character of two to four bytes at `offset`, or 0.
    ///
    /// Overlong forms, surrogates (ED A0 to ED BF) and anything above U+10FFFF are not UTF-8: the second byte's range
    /// depends on the first.
    static func length(in bytes: UnsafeRawBufferPointer, at offset: Int) -> Int {
        let left = bytes.count - offset
        guard left >= 2 else { return 0 }
        let second = bytes[offset + 1]
        let length: Int
        let seconds: ClosedRange<UInt8>
        switch bytes[offset] {
        case 0xC2...0xDF: (length, seconds) = (2, 0x80...0xBF)
        case 0xE0: (length, seconds) = (3, 0xA0...0xBF)
        case 0xE1...0xEC, 0xEE, 0xEF: (length, seconds) = (3, 0x80...0xBF)
        case 0xED: (length, seconds) = (3, 0x80...0x9F)
        case 0xF0: (length, seconds) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, seconds) = (4, 0x80...0xBF)
        case 0xF4: (length, seconds) = (4, 0x80...0x8F)
        default: return 0
        }
        guard left >= length, seconds.contains(second) else { return 0 }
        for index in 2..<max(2, length) where bytes[offset + index] & 0xC0 != 0x80 { return 0 }
        return length
    }
}
