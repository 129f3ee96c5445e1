internal import AuthorizationCore

/// Reads times where they stand in a log, in their one form of 27 bytes; accepts what `Timestamp(text:)` does.
///
/// Times that stand one behind the other are mostly of the same minute, which is then read once.
struct TimeReader {
    private static let byteCount = 27
    /// `2026-09-21T14:13`
    private static let minuteCount = 16

    private var text = TextWords()
    private var last = Timestamp()
    private var startOfMinute: Int64 = 0

    private struct TextWords: Equatable {
        var minute: (UInt64, UInt64) = (0, 0)
        var rest: (UInt64, UInt64) = (0, 0)

        static func == (left: Self, right: Self) -> Bool { left.minute == right.minute && left.rest == right.rest }
    }

    mutating func read(_ text: UnsafeRawBufferPointer) -> Timestamp? {
        guard text.count == Self.byteCount else { return nil }
        var words = TextWords()
        words.minute = (text.loadUnaligned(as: UInt64.self), text.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        // The second of these words overlaps the first.
        words.rest = (
            text.loadUnaligned(fromByteOffset: Self.minuteCount, as: UInt64.self),
            text.loadUnaligned(fromByteOffset: Self.byteCount - 8, as: UInt64.self)
        )
        if words == self.text { return last }
        guard let microseconds = Self.microseconds(text) else { return nil }
        if words.minute != self.text.minute {
            guard let time = Timestamp(text: String(decoding: text, as: UTF8.self)) else { return nil }
            startOfMinute = time.microseconds - microseconds
        }
        self.text = words
        last = Timestamp(microseconds: startOfMinute + microseconds)
        return last
    }

    /// What stands behind the minute: `:20.123456Z`, in microseconds.
    @inline(__always)
    private static func microseconds(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard text[16] == UInt8(ascii: ":"), text[19] == UInt8(ascii: "."), text[26] == UInt8(ascii: "Z"),
            let seconds = number(text, 17..<19), seconds < 60, let fraction = number(text, 20..<26)
        else { return nil }
        return seconds * 1_000_000 + fraction
    }

    @inline(__always)
    private static func number(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int64? {
        var value: Int64 = 0
        var isNumber = true
        for offset in range {
            let digit = text[offset] &- UInt8(ascii: "0")
            isNumber = isNumber && digit < 10
            value = value &* 10 &+ Int64(digit)
        }
        return isNumber ? value : nil
    }
}
