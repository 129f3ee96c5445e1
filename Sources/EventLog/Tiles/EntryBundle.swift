/// The bytes of an entry bundle: for each entry its length as two bytes, big-endian, and the entry.
public enum EntryBundle {
    public static let maximumEntryLength = Int(UInt16.max)

    /// The longest bundle that is looked at, in bytes.
    public static let maximumLength = Tile.fullWidth * (2 + maximumEntryLength)

    /// Adds an entry at the end.
    public static func append(_ entry: UnsafeRawBufferPointer, to bundle: inout [UInt8]) throws(TileError) {
        guard let length = UInt16(exactly: entry.count) else { throw .entryTooLong(entry.count) }
        bundle.append(UInt8(length >> 8))
        bundle.append(UInt8(length & 0xff))
        bundle.append(contentsOf: entry)
    }

    /// Adds an entry at the end.
    public static func append(_ entry: [UInt8], to bundle: inout [UInt8]) throws(TileError) {
        try entry.withUnsafeBufferPointer { (entry) throws(TileError) in
            try append(UnsafeRawBufferPointer(entry), to: &bundle)
        }
    }

    /// The entries of a bundle, as slices of it; throws unless there are exactly `width` and nothing else.
    public static func entries(in bundle: [UInt8], width: Int) throws(TileError) -> [ArraySlice<UInt8>] {
        var entries: [ArraySlice<UInt8>] = []
        entries.reserveCapacity(width)
        var rest = bundle[...]
        for number in 0..<width {
            guard let high = rest.popFirst(), let low = rest.popFirst() else { throw .entryCutShort(number: number) }
            let length = Int(high) << 8 | Int(low)
            guard rest.count >= length else { throw .entryCutShort(number: number) }
            entries.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        guard rest.isEmpty else { throw .bytesAfterLastEntry(rest.count) }
        return entries
    }
}
