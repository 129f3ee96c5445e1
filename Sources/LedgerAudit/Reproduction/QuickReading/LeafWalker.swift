internal import AuthorizationCore
internal import Glibc

/// Walks over a leaf of a known shape, and parts it into its key and its holes.
///
/// A hole is an identifier, a number, a time or a digest, which is read strictly. Everything between the holes (names,
/// punctuation, words, free text) is the key. Two leaves with one key have the same shape and differ in nothing but what
/// was read from their holes: whoever has decoded the first need not decode the second.
///
/// After the first step that does not fit, ``isWhole`` is false and nothing that was read counts.
struct LeafWalker: ~Copyable {
    private let start: UnsafeRawPointer
    private let count: Int
    private let memory: KeyMemory
    private var offset = 0
    /// Where the key goes on after the last hole.
    private var mark = 0
    private var hasFailed = false

    init(_ leaf: UnsafeRawBufferPointer, memory: KeyMemory) {
        count = leaf.count <= KeyMemory.capacity ? leaf.count : 0
        start = leaf.baseAddress ?? UnsafeRawPointer(memory.bytes)
        self.memory = memory
        memory.count = 0
    }

    /// Whether the leaf was walked to its last byte. The key is in the memory then, until the next walk.
    mutating func isWhole() -> Bool {
        guard !hasFailed, offset == count else { return false }
        close(at: offset)
        mark = offset
        return true
    }

    private mutating func close(at end: Int) {
        memory.append(start + mark, count: end - mark)
    }

    private func byte(_ index: Int) -> UInt8 { start.load(fromByteOffset: index, as: UInt8.self) }

    // MARK: Key

    /// The next bytes are these, and are passed over.
    @inline(__always)
    mutating func literal(_ text: StaticString) { if !has(text) { hasFailed = true } }

    /// Passes over these bytes if they come next.
    @inline(__always)
    mutating func has(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard !hasFailed, count - offset >= length, memcmp(start + offset, text.utf8Start, length) == 0 else {
            return false
        }
        offset += length
        return true
    }

    /// Passes over the rest of a string without escapes, up to its closing quote.
    mutating func text() {
        guard !hasFailed, let quote = memchr(start + offset, 0x22, count - offset) else {
            hasFailed = true
            return
        }
        let end = UnsafeRawPointer(quote) - start
        // An escaped quote: too rare to be worth reading in place.
        if end > offset, byte(end - 1) == 0x5c { hasFailed = true }
        offset = end
    }

    /// Passes over an array of strings, after its opening bracket, and over its end.
    mutating func texts() {
        while has("\"") {
            text()
            literal("\"")
            if !has(",") { break }
        }
        literal("]")
    }

    /// Passes over a number from 0.
    mutating func number() {
        let first = offset
        while offset < count, byte(offset) &- 48 < 10 { offset += 1 }
        if offset == first { hasFailed = true }
    }

    /// Passes over `true` or `false`.
    mutating func flag() { if !has("true") { literal("false") } }

    /// How many bytes were walked over.
    var walked: Int { offset }

    // MARK: Holes

    /// A number from 0, without leading zeros.
    mutating func integer() -> Int64 {
        close(at: offset)
        var value: Int64 = 0
        let first = offset
        while offset < count {
            let digit = byte(offset) &- 48
            guard digit < 10 else { break }
            value = value &* 10 &+ Int64(digit)
            offset += 1
        }
        let length = offset - first
        if length == 0 || length > 15 || (length > 1 && byte(first) == 48) { hasFailed = true }
        mark = offset
        return value
    }

    /// The 26 characters of an identifier after its prefix.
    mutating func identifier<Kind: IdentifierKind>(of kind: Kind.Type = Kind.self) -> Identifier<Kind> {
        close(at: offset)
        guard !hasFailed, count - offset >= 26 else {
            hasFailed = true
            return Identifier()
        }
        // 3 + 5 bits, then twice 60.
        var parts: (UInt64, UInt64, UInt64) = (0, 0, 0)
        var seen: UInt8 = 0
        for index in 0..<2 {
            let value = memory.crockford(byte(offset + index))
            seen |= value
            parts.0 = parts.0 << 5 | UInt64(value & 31)
        }
        for index in 2..<14 {
            let value = memory.crockford(byte(offset + index))
            seen |= value
            parts.1 = parts.1 << 5 | UInt64(value & 31)
        }
        for index in 14..<26 {
            let value = memory.crockford(byte(offset + index))
            seen |= value
            parts.2 = parts.2 << 5 | UInt64(value & 31)
        }
        if seen > 31 || parts.0 > 255 { hasFailed = true }
        offset += 26
        mark = offset
        return Identifier(bits: UInt128(parts.0) << 120 | UInt128(parts.1) << 60 | UInt128(parts.2))
    }

    /// Lower-case hexadecimal digits that nobody asks for, a multiple of 16.
    mutating func skipHexadecimal(_ digits: Int) {
        close(at: offset)
        guard !hasFailed, count - offset >= digits else {
            hasFailed = true
            return
        }
        var index = 0
        while index < digits {
            if !areHexadecimal(load(offset + index)) { hasFailed = true }
            index += 8
        }
        offset += digits
        mark = offset
    }

    @inline(__always)
    private func load(_ offset: Int) -> UInt64 { start.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }

    /// Whether eight characters are `0`–`9` or `a`–`f`, all at once: what is added carries a byte to its highest bit
    /// from `0`, from `:`, from `a` and from `g` on.
    @inline(__always)
    private func areHexadecimal(_ characters: UInt64) -> Bool {
        let high: UInt64 = 0x8080_8080_8080_8080
        guard characters & high == 0 else { return false }
        let digits = (characters &+ 0x5050_5050_5050_5050) & ~(characters &+ 0x4646_4646_4646_4646)
        let letters = (characters &+ 0x1f1f_1f1f_1f1f_1f1f) & ~(characters &+ 0x1919_1919_1919_1919)
        return (digits | letters) & high == high
    }

    /// The 32 bits of eight hexadecimal digits, the first one highest.
    @inline(__always)
    private func value(_ characters: UInt64) -> UInt64 {
        // The low four bits of a digit are its value, and of a letter nine less.
        var bits = (characters & 0x0f0f_0f0f_0f0f_0f0f) &+ 9 &* (characters >> 6 & 0x0101_0101_0101_0101)
        bits = bits.byteSwapped
        bits = (bits | bits >> 4) & 0x00ff_00ff_00ff_00ff
        bits = (bits | bits >> 8) & 0x0000_ffff_0000_ffff
        return (bits | bits >> 16) & 0xffff_ffff
    }

    mutating func bytes32() -> Bytes32 {
        close(at: offset)
        let words = (word(), word(), word(), word())
        mark = offset
        return Bytes32(first: words.0, second: words.1, third: words.2, fourth: words.3)
    }

    private mutating func word() -> UInt64 {
        guard !hasFailed, count - offset >= 16 else {
            hasFailed = true
            return 0
        }
        let halves = (load(offset), load(offset + 8))
        if !areHexadecimal(halves.0) || !areHexadecimal(halves.1) { hasFailed = true }
        offset += 16
        return value(halves.0) << 32 | value(halves.1)
    }

    /// A time as the log writes it: `2026-03-01T12:00:00.000000Z`.
    mutating func time() -> Timestamp {
        close(at: offset)
        guard !hasFailed, count - offset >= 27 else {
            hasFailed = true
            return Timestamp()
        }
        let text = start + offset
        offset += 27
        mark = offset
        guard let time = memory.time(text) else {
            hasFailed = true
            return Timestamp()
        }
        return time
    }
}
