/// Which other bytes a canonical document may hold and still be canonical, with the same members at the same places.
///
/// Documents of one kind differ in a few values only. Whoever has read one of them to its end knows, without reading
/// it again, the same of every other one that ``fits(_:)``: the same length, the same names in the same order, and a
/// value of the same kind and length wherever one stood. Offsets into the first are good for all of them.
///
/// Free are the characters of strings and the digits of integers. Everything else is fixed, and so are the two
/// characters that ASCII has before `"`, the space and `!`. A document may be canonical and not fit, never the other
/// way round.
public struct CanonicalOutline: Sendable {
    /// More digits than these can exceed ``JSON/maximumInteger``.
    private static let safeDigits = 15

    /// For each byte of the document the lowest that may stand there.
    private var lowest: [UInt8]
    /// The highest, with its high bit set, so that taking away a byte of ASCII borrows nothing from its neighbour.
    private var highest: [UInt8]

    /// Nil when the document is not canonical, shorter than eight bytes, not all of ASCII, or holds an escape.
    public init?(of document: UnsafeRawBufferPointer) {
        guard document.count >= 8, document.allSatisfy({ $0 < 0x80 && $0 != ASCII.backslash }) else { return nil }
        lowest = [UInt8](document)
        highest = document.map { $0 | 0x80 }
        var reader = CanonicalReader(document)
        do throws(JSONParseError) {
            repeat {
                switch reader.expected {
                case .value: try freeValue(&reader, in: document)
                case .firstOrEnd, .commaOrEnd: try reader.readNextOrClose()
                }
            } while reader.depth > 0
            try reader.end()
        } catch {
            return nil
        }
    }

    /// Takes back the freedom of some bytes: they must be those that the document has there.
    public mutating func fix(_ range: Range<Int>, as document: UnsafeRawBufferPointer) {
        for offset in range {
            lowest[offset] = document[offset]
            highest[offset] = document[offset] | 0x80
        }
    }

    /// Whether the document differs from the first one in free bytes only.
    public func fits(_ document: UnsafeRawBufferPointer) -> Bool {
        guard document.count == lowest.count else { return false }
        return lowest.withUnsafeBytes { lowest in
            highest.withUnsafeBytes { highest in
                var misfits: UInt64 = 0
                var offset = 0
                while offset < document.count - 8 {
                    misfits |= ByteScan.marksOutside(document, lowest, highest, at: offset)
                    offset += 8
                }
                // The last eight bytes, some of them perhaps for the second time.
                return misfits | ByteScan.marksOutside(document, lowest, highest, at: document.count - 8) == 0
            }
        }
    }

    private mutating func freeValue(
        _ reader: inout CanonicalReader, in document: UnsafeRawBufferPointer
    ) throws(JSONParseError) {
        let start = reader.offset
        try reader.readScalarOrOpen()
        // A value was read whole, or nothing but its opening bracket.
        switch document[start] {
        case ASCII.quote: freeCharacters(start + 1..<reader.offset - 1)
        case ASCII.minus: freeDigits(start + 1..<reader.offset, isNegative: true)
        case ASCII.zero...ASCII.nine: freeDigits(start..<reader.offset, isNegative: false)
        default: break
        }
    }

    private mutating func freeCharacters(_ range: Range<Int>) {
        for offset in range where Self.plain.contains(lowest[offset]) { free(offset, Self.plain) }
    }

    /// From the character after `"` on to the last of ASCII. The backslash among them is looked for by itself.
    private static let plain = ASCII.quote + 1...0x7F

    private mutating func freeDigits(_ range: Range<Int>, isNegative: Bool) {
        guard range.count <= Self.safeDigits else { return }
        for offset in range { free(offset, ASCII.zero...ASCII.nine) }
        if range.count > 1 || isNegative { free(range.lowerBound, ASCII.zero + 1...ASCII.nine) }
    }

    private mutating func free(_ offset: Int, _ bytes: ClosedRange<UInt8>) {
        lowest[offset] = bytes.lowerBound
        highest[offset] = bytes.upperBound | 0x80
    }
}
