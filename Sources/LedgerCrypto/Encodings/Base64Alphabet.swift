/// The common part of the two base64 encodings of RFC 4648: digits, and whether the last group is padded.
struct Base64Alphabet: Sendable {
    private static let common = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    private static let notADigit: UInt8 = 0xff
    private static let pad = UInt8(ascii: "=")

    private let digits: [UInt8]
    private let values: [UInt8]
    private let isPadded: Bool

    init(lastTwo: String, isPadded: Bool) {
        digits = Array((Self.common + lastTwo).utf8)
        var values = [UInt8](repeating: Self.notADigit, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        self.values = values
        self.isPadded = isPadded
    }

    func encode(_ bytes: UnsafeRawBufferPointer) -> String {
        // Not written into the string's own storage: optimized, Swift 6.3 loses what that closure returns as soon as
        // there is padding to write.
        var text: [UInt8] = []
        append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    func append(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
        let (start, count) = (text.count, encodedCount(bytes.count))
        text.append(contentsOf: repeatElement(0, count: count))
        text.withUnsafeMutableBufferPointer { text in
            write(bytes, to: UnsafeMutableBufferPointer(rebasing: text[start..<(start + count)]))
        }
    }

    func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { decode(UnsafeRawBufferPointer($0)) }
    }

    func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard let digitCount = digitCount(text) else { return nil }
        let (groups, rest) = (digitCount / 4, digitCount % 4)
        guard rest != 1 else { return nil }
        let count = groups * 3 + max(0, rest - 1)
        // Bits above 63 in any value mark a character that is no digit; they are looked at once, at the end.
        var seen: UInt8 = 0
        var unusedBits: UInt32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
            values.withUnsafeBufferPointer { values in
                func group(at index: Int, _ digits: Int) -> UInt32 {
                    var group: UInt32 = 0
                    for offset in 0..<digits {
                        let value = values[Int(text[index + offset])]
                        seen |= value
                        group |= UInt32(value) << UInt32(18 - 6 * offset)
                    }
                    return group
                }
                for index in 0..<groups {
                    let group = group(at: 4 * index, 4)
                    bytes[3 * index] = UInt8(truncatingIfNeeded: group >> 16)
                    bytes[3 * index + 1] = UInt8(truncatingIfNeeded: group >> 8)
                    bytes[3 * index + 2] = UInt8(truncatingIfNeeded: group)
                }
                let last = group(at: 4 * groups, rest)
                if rest >= 2 { bytes[3 * groups] = UInt8(truncatingIfNeeded: last >> 16) }
                if rest == 3 { bytes[3 * groups + 1] = UInt8(truncatingIfNeeded: last >> 8) }
                unusedBits = rest == 2 ? last & 0xffff : last & 0xff
            }
            initialized = count
        }
        guard seen < 64, unusedBits == 0 else { return nil }
        return bytes
    }

    /// How many characters of the text are digits, if it is padded as it must be.
    private func digitCount(_ text: UnsafeRawBufferPointer) -> Int? {
        guard isPadded else { return text.count }
        guard text.count.isMultiple(of: 4) else { return nil }
        guard text.last == Self.pad else { return text.count }
        return text[text.count - 2] == Self.pad ? text.count - 2 : text.count - 1
    }

    private func encodedCount(_ count: Int) -> Int {
        isPadded ? (count + 2) / 3 * 4 : count / 3 * 4 + [0, 2, 3][count % 3]
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to text: UnsafeMutableBufferPointer<UInt8>) {
        digits.withUnsafeBufferPointer { digits in
            var (source, target) = (0, 0)
            while source + 3 <= bytes.count {
                let group = UInt32(bytes[source]) << 16 | UInt32(bytes[source + 1]) << 8 | UInt32(bytes[source + 2])
                text[target] = digits[Int(group >> 18)]
                text[target + 1] = digits[Int(group >> 12 & 63)]
                text[target + 2] = digits[Int(group >> 6 & 63)]
                text[target + 3] = digits[Int(group & 63)]
                source += 3
                target += 4
            }
            let rest = bytes.count - source
            guard rest > 0 else { return }
            let group = UInt32(bytes[source]) << 16 | (rest == 2 ? UInt32(bytes[source + 1]) << 8 : 0)
            text[target] = digits[Int(group >> 18)]
            text[target + 1] = digits[Int(group >> 12 & 63)]
            if rest == 2 { text[target + 2] = digits[Int(group >> 6 & 63)] }
            for index in (target + rest + 1)..<text.count { text[index] = Self.pad }
        }
    }
}
