// The grammars of texts that an operator types, by the standards' own definitions.

extension UInt8 {
    fileprivate var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    fileprivate var isUpper: Bool { self >= 0x41 && self <= 0x5A }
    fileprivate var isLower: Bool { self >= 0x61 && self <= 0x7A }
    fileprivate var isLetter: Bool { isUpper || isLower }

    /// `unreserved` of RFC 3986, section 2.3.
    fileprivate var isUnreserved: Bool {
        isDigit || isLetter || self == 0x2D || self == 0x2E || self == 0x5F || self == 0x7E
    }

    /// `sub-delims`, `:` and `@` of RFC 3986, sections 2.2 and 3.3.
    fileprivate var isPathDelimiter: Bool {
        switch self {
        case 0x21, 0x24, 0x26...0x2C, 0x3B, 0x3D, 0x3A, 0x40: true
        default: false
        }
    }

    /// `tchar` of RFC 9110, section 5.6.2.
    fileprivate var isTokenCharacter: Bool {
        switch self {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: isDigit || isLetter
        }
    }
}

extension String {
    /// `scope-token` of RFC 6749, section 3.3, at most 64 bytes.
    var isScopeToken: Bool {
        (1...64).contains(utf8.count)
            && utf8.allSatisfy { $0 == 0x21 || (0x23...0x5B).contains($0) || (0x5D...0x7E).contains($0) }
    }

    /// A method of RFC 9110, section 9.1.
    var isMethod: Bool { (1...32).contains(utf8.count) && utf8.allSatisfy(\.isTokenCharacter) }

    /// `type/subtype` in lower case.
    var isMediaType: Bool {
        let parts = utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return utf8.count <= 128 && parts.count == 2
            && parts.allSatisfy { part in !part.isEmpty && part.allSatisfy { $0.isTokenCharacter && !$0.isUpper } }
    }

    /// An absolute URI without a fragment (RFC 3986, section 4.3; RFC 8707, section 2), at most 512 bytes.
    var isAbsoluteURI: Bool {
        let bytes = [UInt8](utf8)
        guard bytes.count <= 512, let colon = bytes.firstIndex(of: UInt8(ascii: ":")), let first = bytes.first,
            first.isLetter, colon + 1 < bytes.count
        else { return false }
        let schemeIsWhole = bytes[..<colon].allSatisfy {
            $0.isLetter || $0.isDigit || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E
        }
        return schemeIsWhole && bytes[(colon + 1)...].isURIText
    }

    /// Words such as an authentication context or an action: visible ASCII without quotes, at most 128 bytes.
    var isWord: Bool {
        (1...128).contains(utf8.count)
            && utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x27 && $0 != 0x5C }
    }

    /// The name of a field or parameter: `[A-Za-z0-9_.-]{1,64}`.
    public var isFieldName: Bool {
        (1...64).contains(utf8.count)
            && utf8.allSatisfy { $0.isDigit || $0.isLetter || $0 == 0x5F || $0 == 0x2D || $0 == 0x2E }
    }

    /// A version such as `1.0.2`: `[A-Za-z0-9._-]{1,32}`.
    var isVersion: Bool { utf8.count <= 32 && isFieldName }

    /// An absolute path in normal form without a trailing slash: there is one spelling, and it needs no decoding.
    var isBasePath: Bool {
        guard (2...256).contains(utf8.count), utf8.first == UInt8(ascii: "/") else { return false }
        return utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .allSatisfy(\.isPathSegment)
    }

    /// A vector of trust (RFC 8485, section 3): components of a capital letter and one digit or small letter.
    var isVectorOfTrust: Bool {
        let components = utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(Array.init)
        return utf8.count <= 128 && Set(components).count == components.count
            && components.allSatisfy { $0.count == 2 && $0[0].isUpper && ($0[1].isDigit || $0[1].isLower) }
    }
}

extension ArraySlice<UInt8> {
    /// Characters of RFC 3986 without `#`, every `%` followed by two hexadecimal digits.
    fileprivate var isURIText: Bool {
        for index in indices {
            let byte = self[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < endIndex, self[index + 1].isHexDigit, self[index + 2].isHexDigit else { return false }
            } else if !byte.isUnreserved, !byte.isPathDelimiter, !"/?[]".utf8.contains(byte) {
                return false
            }
        }
        return true
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool { isDigit || (0x61...0x66).contains(self | 0x20) }
}

extension Substring.UTF8View {
    /// One segment of a path in normal form: not empty, no dots alone, nothing that needs percent-encoding.
    var isPathSegment: Bool {
        !isEmpty && !elementsEqual(".".utf8) && !elementsEqual("..".utf8)
            && allSatisfy { $0.isUnreserved || $0.isPathDelimiter }
    }
}
