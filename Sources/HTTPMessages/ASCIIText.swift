// What HTTP's grammar asks of single bytes and short texts. ASCII only, by the standard's own definitions.

extension UInt8 {
    /// `tchar` of RFC 9110, section 5.6.2: what names, methods and tokens are made of.
    var isTokenCharacter: Bool {
        switch self {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5E...0x7A, 0x7C, 0x7E: true
        default: false
        }
    }

    /// `unreserved` of RFC 3986, section 2.3.
    var isUnreservedInURI: Bool {
        switch self {
        case 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A, 0x7E: true
        default: false
        }
    }

    /// `sub-delims` of RFC 3986, section 2.2.
    var isSubDelimiterInURI: Bool {
        switch self {
        case 0x21, 0x24, 0x26...0x2C, 0x3B, 0x3D: true
        default: false
        }
    }

    var isASCIIDigit: Bool { self >= 0x30 && self <= 0x39 }

    var isOptionalWhitespace: Bool { self == 0x20 || self == 0x09 }

    var lowercasedASCII: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }

    /// The value of a hexadecimal digit of either case.
    var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x37
        case 0x61...0x66: self - 0x57
        default: nil
        }
    }
}

extension StringProtocol {
    func equalsIgnoringASCIICase(_ other: some StringProtocol) -> Bool {
        utf8.count == other.utf8.count
            && zip(utf8, other.utf8).allSatisfy { $0.lowercasedASCII == $1.lowercasedASCII }
    }

    /// True for one or more token characters.
    var isToken: Bool {
        !utf8.isEmpty && utf8.allSatisfy(\.isTokenCharacter)
    }
}

extension Substring {
    func trimmingOptionalWhitespace() -> Substring {
        var trimmed = self
        while let first = trimmed.utf8.first, first.isOptionalWhitespace { trimmed = trimmed.dropFirst() }
        while let last = trimmed.utf8.last, last.isOptionalWhitespace { trimmed = trimmed.dropLast() }
        return trimmed
    }
}

extension String {
    /// The text of these bytes, or nil when they are no valid UTF-8. Nothing is ever repaired.
    init?(strict bytes: Span<UInt8>) {
        guard let text = try? UTF8Span(validating: bytes) else { return nil }
        self.init(copying: text)
    }
}
