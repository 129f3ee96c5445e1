/// Why stored or fetched tile bytes are not what their place says.
public enum TileError: Error, Equatable, Sendable {
    /// A tile of hashes has another length than 32 bytes per hash.
    case wrongLength(expected: Int, found: Int)
    /// A bundle ends inside an entry.
    case entryCutShort(number: Int)
    /// A bundle goes on after its last entry.
    case bytesAfterLastEntry(Int)
    /// An entry is longer than 65,535 bytes, the most that a bundle can hold.
    case entryTooLong(Int)
}
