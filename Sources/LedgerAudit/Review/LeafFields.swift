internal import AuthorizationCore
internal import Glibc

/// Finds the few members of an event that a review needs, without reading the rest.
///
/// It moves forward only, by looking for a member's name with its quotes and colon: inside of a string every quote is
/// escaped, so such bytes are a member and nothing else. Members stand in canonical order, so a reader asks in that order.
/// What is not found where it should be makes the caller decode the whole event.
struct LeafFields {
    private let start: UnsafeRawPointer
    private let count: Int
    private(set) var offset = 0

    init(_ leaf: UnsafeRawBufferPointer) {
        count = leaf.baseAddress == nil ? 0 : leaf.count
        // Never looked at where there are no bytes.
        start = leaf.baseAddress ?? UnsafeRawPointer(StaticString("").utf8Start)
    }

    /// Moves behind the next place where these bytes stand; stays where it is when there is none.
    mutating func pass(_ text: StaticString) -> Bool {
        guard let place = find(text, in: offset..<count) else { return false }
        offset = place + text.utf8CodeUnitCount
        return true
    }

    /// The first place of a text: up to eight of its bytes are compared at once.
    private func find(_ text: StaticString, in range: Range<Int>) -> Int? {
        let length = text.utf8CodeUnitCount
        var word: UInt64 = 0
        memcpy(&word, text.utf8Start, min(8, length))
        let mask = length >= 8 ? UInt64.max : 1 << UInt64(8 * length) - 1
        var place = range.lowerBound
        while place + max(8, length) <= range.upperBound {
            if start.loadUnaligned(fromByteOffset: place, as: UInt64.self) & mask == word,
                memcmp(start + place, text.utf8Start, length) == 0
            {
                return place
            }
            place += 1
        }
        return nil
    }

    /// Moves behind these bytes if they come next.
    mutating func has(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard count - offset >= length, memcmp(start + offset, text.utf8Start, length) == 0 else { return false }
        offset += length
        return true
    }

    /// Whether these bytes stand between an earlier place and this one.
    func had(_ text: StaticString, since place: Int) -> Bool { find(text, in: place..<offset) != nil }

    /// The bytes up to this one, which is passed over.
    mutating func bytes(to end: UInt8) -> UnsafeRawBufferPointer? {
        guard offset < count, let found = memchr(start + offset, Int32(end), count - offset) else { return nil }
        let place = UnsafeRawPointer(found) - start
        let bytes = UnsafeRawBufferPointer(start: start + offset, count: place - offset)
        offset = place + 1
        return bytes
    }

    /// The rest of an array of strings but for its last quote, and its end.
    mutating func texts() -> UnsafeRawBufferPointer? {
        let first = offset
        while bytes(to: UInt8(ascii: "]")) != nil {
            let end = offset - 2
            guard end < first || start.load(fromByteOffset: end, as: UInt8.self) != UInt8(ascii: "\"") else {
                return UnsafeRawBufferPointer(start: start + first, count: end - first)
            }
            if end < first { return UnsafeRawBufferPointer(start: start + first, count: 0) }
        }
        return nil
    }

    /// The rest of a string without escapes, and its closing quote.
    mutating func word() -> UnsafeRawBufferPointer? {
        guard let bytes = bytes(to: UInt8(ascii: "\"")), bytes.last != UInt8(ascii: "\\") else { return nil }
        return bytes
    }

    /// The 26 characters of an identifier behind its prefix.
    mutating func identifier<Kind: IdentifierKind>(of kind: Kind.Type = Kind.self) -> Identifier<Kind>? {
        guard count - offset >= IdentifierText.digitCount else { return nil }
        let text = UnsafeRawBufferPointer(start: start + offset, count: IdentifierText.digitCount)
        guard let bits = IdentifierText.bits(text) else { return nil }
        offset += text.count
        return Identifier(bits: bits)
    }

    /// 32 hexadecimal digits.
    mutating func tag() -> Bytes16? {
        guard let high = hexadecimal(), let low = hexadecimal() else { return nil }
        return Bytes16(high: high, low: low)
    }

    private mutating func hexadecimal() -> UInt64? {
        guard count - offset >= 16 else { return nil }
        var value: UInt64 = 0
        for index in offset..<offset + 16 {
            let byte = start.load(fromByteOffset: index, as: UInt8.self)
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt64(byte &- 0x30)
            case 0x61...0x66: value = value << 4 | UInt64(byte &- 0x61 &+ 10)
            default: return nil
            }
        }
        offset += 16
        return value
    }

    /// A number from 0.
    mutating func integer() -> Int64? {
        var value: Int64 = 0
        let first = offset
        while offset < count, offset - first < 16 {
            let digit = start.load(fromByteOffset: offset, as: UInt8.self) &- 48
            guard digit < 10 else { break }
            value = value &* 10 &+ Int64(digit)
            offset += 1
        }
        return offset > first ? value : nil
    }

    /// `true` or `false`.
    mutating func flag() -> Bool? {
        if has("true") { return true }
        return has("false") ? false : nil
    }

    /// Where `recorded_at` stands: always as far from the end, but for the type's name.
    static func recordedAt(in leaf: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let tail = 8  // ","v":1}
        let before = 10  // ","type":"
        var end = leaf.count - tail - 1
        while end > 0, leaf[end] != UInt8(ascii: "\"") { end -= 1 }
        // `end` is the quote before the type's name.
        let first = end + 1 - before - 27
        guard first > 0, leaf.count > tail else { return nil }
        return UnsafeRawBufferPointer(rebasing: leaf[first..<first + 27])
    }
}

/// Words of events by small numbers, so that they can be counted without a string for each.
final class WordTable {
    /// The number of what no longer found room.
    static let others = 0

    private var numbers: [UInt64: Int] = [:]
    private var words: [[UInt8]] = [[]]

    /// Whether some word found no room.
    private(set) var isFull = false

    func number(of word: UnsafeRawBufferPointer) -> Int {
        var hash = Self.hash(word)
        // Two words of one hash stand behind each other.
        while let number = numbers[hash] {
            let isSame = words[number].withUnsafeBytes { known in
                guard known.count == word.count else { return false }
                guard let left = known.baseAddress, let right = word.baseAddress else { return known.isEmpty }
                return memcmp(left, right, known.count) == 0
            }
            if isSame { return number }
            hash &+= 1
        }
        guard words.count < ReviewLimits.maximumWords else {
            isFull = true
            return Self.others
        }
        numbers[hash] = words.count
        words.append(Array(word))
        return words.count - 1
    }

    func number(of word: String) -> Int {
        var word = word
        return word.withUTF8 { number(of: UnsafeRawBufferPointer($0)) }
    }

    func text(_ number: Int) -> String { String(decoding: words[number], as: UTF8.self) }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = 0x9e37_79b9_7f4a_7c15 ^ UInt64(bytes.count)
        var index = 0
        while index + 8 <= bytes.count {
            hash = (hash ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* 0xff51_afd7_ed55_8ccd
            hash ^= hash >> 32
            index += 8
        }
        while index < bytes.count {
            hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3
            index += 1
        }
        return hash ^ (hash >> 29)
    }
}
