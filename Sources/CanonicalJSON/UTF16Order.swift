extension JSON {
    /// Whether `left` stands before `right` in canonical order: by UTF-16 code units, as RFC 8785, section 3.2.3 wants.
    ///
    /// It differs from the order of code points above U+FFFF, whose first unit is a surrogate: U+1F600 (D83D DE00)
    /// stands before U+FB33.
    public static func compareUTF16(_ left: String, _ right: String) -> Bool {
        var left = left
        var right = right
        return left.withUTF8 { left in
            right.withUTF8 { right in
                UTF16Order.compare(UnsafeRawBufferPointer(left), UnsafeRawBufferPointer(right)) == .ascending
            }
        }
    }
}

/// The order of strings by UTF-16 code units, decided on their UTF-8 bytes.
enum UTF16Order {
    case ascending, same, descending

    /// Both must be valid UTF-8.
    static func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> UTF16Order {
        let shorter = min(left.count, right.count)
        var index = 0
        while index < shorter {
            if left[index] != right[index] {
                return rank(left[index]) < rank(right[index]) ? .ascending : .descending
            }
            index += 1
        }
        if left.count == right.count { return .same }
        return left.count < right.count ? .ascending : .descending
    }

    /// UTF-8 bytes sort by code point. Only surrogate pairs (first byte F0 to F4) change places with U+E000 to U+FFFF
    /// (EE and EF); these values never occur as a later byte of a character.
    @inline(__always)
    private static func rank(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0xF0...0xF4: byte - 2
        case 0xEE, 0xEF: byte + 5
        default: byte
        }
    }
}
