/// Eight bytes of a text in one word: what is asked of all of them is answered in the high bit of each.
struct EightCharacters {
    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The first byte lowest.
    let word: UInt64
    /// The lower seven bits of each, so that adding to them shows in the eighth how they compare.
    private let low: UInt64

    @inline(__always)
    init(_ text: UnsafeRawBufferPointer, at offset: Int) {
        word = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        low = word & ~Self.highBits
    }

    /// Which of them are ASCII and in the range.
    @inline(__always)
    func areIn(_ range: ClosedRange<UInt8>) -> UInt64 {
        let isAtLeast = low &+ Self.ones &* UInt64(0x80 - range.lowerBound)
        let isAbove = low &+ Self.ones &* UInt64(0x7F - range.upperBound)
        return isAtLeast & ~isAbove & ~word & Self.highBits
    }

    /// Which of them, where they are ASCII, are not this byte.
    @inline(__always)
    func areNot(_ byte: UInt8) -> UInt64 {
        ((low ^ Self.ones &* UInt64(byte)) &+ ~Self.highBits) & Self.highBits
    }
}
