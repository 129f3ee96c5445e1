extension JSON {
    /// A double as RFC 8785, section 3.2.2.3 writes it: the text of ECMAScript's `Number::toString`.
    ///
    /// Only for checking foreign documents: ours hold integers. NaN and infinities have no JSON form and stop the
    /// program.
    public static func canonicalNumber(_ number: Double) -> String {
        precondition(number.isFinite, "no JSON form")
        if number == 0 { return "0" }  // also -0
        let (digits, point) = significantDigits(of: number.magnitude)
        return (number < 0 ? "-" : "") + layOut(digits, point: point)
    }

    /// Full RFC 8785, doubles included: the canonical bytes of somebody else's document.
    ///
    /// - Throws: ``JSONParseError``; a number too large for a double is ``JSONParseError/Reason/numberOutsideProfile``.
    public static func canonicalizeForeign(
        _ bytes: [UInt8], maximumBytes: Int = defaultMaximumBytes
    ) throws(JSONParseError) -> [UInt8] {
        let value = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONParseError) in
            try parse(UnsafeRawBufferPointer(buffer), numbers: .canonicalText, maximumBytes: maximumBytes)
        }
        return canonicalBytes(of: value)
    }

    /// The shortest digits that give the same double back, without zeros at either end, and where the decimal point
    /// stands in them: 0.025 is 25 with its point at -1.
    ///
    /// Swift's description finds these digits; only its layout differs from ECMAScript's.
    private static func significantDigits(of number: Double) -> (digits: Substring, point: Int) {
        let parts = number.description.split(separator: "e", maxSplits: 1)
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let all = mantissa.joined()
        let leadingZeros = all.prefix { $0 == "0" }.count
        var digits = all.dropFirst(leadingZeros)
        while digits.last == "0" { digits.removeLast() }
        return (digits, mantissa[0].count + exponent - leadingZeros)
    }

    /// ECMA-262, Number::toString, steps 6 to 10.
    private static func layOut(_ digits: Substring, point: Int) -> String {
        switch point {
        case digits.count...max(21, digits.count) where point <= 21:
            return digits + String(repeating: "0", count: point - digits.count)
        case 1...21:
            return digits.prefix(point) + "." + digits.dropFirst(point)
        case -5...0:
            return "0." + String(repeating: "0", count: -point) + digits
        default:
            let fraction = digits.dropFirst()
            let exponent = point - 1
            return digits.prefix(1) + (fraction.isEmpty ? "" : "." + fraction)
                + (exponent < 0 ? "e-" : "e+") + String(exponent.magnitude)
        }
    }
}
