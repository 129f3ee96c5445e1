/// The place of a tile of hashes: C2SP tlog-tiles.
///
/// Tile n of level l holds the roots of 256 consecutive subtrees of 256^l leaves each, or the first `width` of them.
public struct Tile: Hashable, Sendable {
    /// Hashes in a full tile.
    public static let fullWidth = 256
    /// Subtree levels that one tile spans.
    static let height = 8
    /// The format's limit; a tree of fewer than 2^63 leaves has levels 0 to 7.
    public static let levels = 0..<64
    static let usedLevels = 0..<8

    public let level: Int
    public let index: UInt64
    /// 1 to 256.
    public let width: Int

    public init(level: Int, index: UInt64, width: Int = Tile.fullWidth) {
        precondition(Self.levels.contains(level) && (1...Self.fullWidth).contains(width), "a tile")
        self.level = level
        self.index = index
        self.width = width
    }

    public var isFull: Bool { width == Self.fullWidth }

    /// Whether a tree of this size has all hashes of the tile. A log serves a tile when one of its checkpoints has it.
    public func exists(inTreeOfSize size: UInt64) -> Bool {
        guard Self.usedLevels.contains(level) else { return false }
        return Span(index: index, width: width).fits(in: size >> UInt64(Self.height * level))
    }
}

/// The place of an entry bundle: the entries themselves, at the same places as the hashes of level 0.
public struct EntryBundleTile: Hashable, Sendable {
    public let index: UInt64
    /// 1 to 256.
    public let width: Int

    public init(index: UInt64, width: Int = Tile.fullWidth) {
        precondition((1...Tile.fullWidth).contains(width), "a bundle")
        self.index = index
        self.width = width
    }

    public var isFull: Bool { width == Tile.fullWidth }

    /// Whether a tree of this size has all entries of the bundle.
    public func exists(inTreeOfSize size: UInt64) -> Bool {
        Span(index: index, width: width).fits(in: size)
    }
}

/// The first `width` of 256 consecutive places.
private struct Span {
    let index: UInt64
    let width: Int

    func fits(in count: UInt64) -> Bool {
        let full = UInt64(Tile.fullWidth)
        return index < count / full || (index == count / full && UInt64(width) <= count % full)
    }
}

/// The tiles of one level of a tree: some full ones, and at most one partial one after them.
public struct TileLevel: Equatable, Sendable {
    public let level: Int
    public let fullTiles: UInt64
    /// 0 to 255; 0 means that there is no partial tile.
    public let partialWidth: Int

    /// The levels of a tree of this size, from the leaves up, without empty ones.
    public static func all(inTreeOfSize size: UInt64) -> [TileLevel] {
        Tile.usedLevels.lazy
            .map { (level: $0, hashes: size >> UInt64(Tile.height * $0)) }
            .prefix { $0.hashes > 0 }
            .map { level, hashes in
                let full = UInt64(Tile.fullWidth)
                return TileLevel(level: level, fullTiles: hashes / full, partialWidth: Int(hashes % full))
            }
    }

    /// The partial tile after the full ones, if there is one.
    public var partialTile: Tile? {
        partialWidth == 0 ? nil : Tile(level: level, index: fullTiles, width: partialWidth)
    }
}
