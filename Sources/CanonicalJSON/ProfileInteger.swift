/// An integer of our own documents: `0`, or an optional minus and digits without a leading zero, within
/// ±``JSON/maximumInteger``.
struct ProfileInteger {
    private static let maximumDigits = 16

    let value: Int64
    /// The offset after the last digit.
    let end: Int

    @inline(__always)
    init(in bytes: UnsafeRawBufferPointer, at offset: Int) throws(JSONParseError) {
        var end = offset
        let isNegative = end < bytes.count && bytes[end] == ASCII.minus
        if isNegative { end += 1 }
        let firstDigit = end
        var magnitude: Int64 = 0
        while end < bytes.count, ASCII.isDigit(bytes[end]) {
            guard end - firstDigit < Self.maximumDigits else { throw JSONParseError(.numberOutsideProfile, at: offset) }
            magnitude = magnitude &* 10 &+ Int64(bytes[end] - ASCII.zero)
            end += 1
        }
        guard end > firstDigit, end - firstDigit == 1 || bytes[firstDigit] != ASCII.zero else {
            throw JSONParseError(.invalidNumber, at: offset)
        }
        guard magnitude <= JSON.maximumInteger, !(isNegative && magnitude == 0),
            end == bytes.count || !Self.continuesNumber(bytes[end])
        else { throw JSONParseError(.numberOutsideProfile, at: offset) }
        self.value = isNegative ? -magnitude : magnitude
        self.end = end
    }

    @inline(__always)
    private static func continuesNumber(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e")
    }
}
