/// What a path below a log's prefix names: `tile/<level>/<index>[.p/<width>]` or `tile/entries/<index>[.p/<width>]`.
///
/// Each tile has one path. Others for the same tile are refused: leading zeros, a width of 0 or 256, signs, `x` in the
/// wrong places.
public enum TilePath: Hashable, Sendable {
    case hashes(Tile)
    case entries(EntryBundleTile)

    /// The longest path, in bytes; nothing longer is looked at.
    public static let maximumLength = 64

    /// Returns nil unless the text, without a leading slash, is exactly what ``text`` gives for some tile.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.maximumLength else { return nil }
        var parts = text.split(separator: "/", omittingEmptySubsequences: false)[...]
        guard parts.popFirst() == "tile", let kind = parts.popFirst(), var last = parts.popLast() else { return nil }
        var width = Tile.fullWidth
        if let before = parts.last, before.hasSuffix(".p") {
            guard let partial = DecimalNumber.parse(last), (1..<UInt64(Tile.fullWidth)).contains(partial) else {
                return nil
            }
            width = Int(partial)
            last = before.dropLast(2)
            parts.removeLast()
        }
        guard let index = Self.index(Array(parts) + [last]) else { return nil }
        if kind == "entries" {
            self = .entries(EntryBundleTile(index: index, width: width))
        } else {
            guard let level = DecimalNumber.parse(kind), level < UInt64(Tile.levels.upperBound) else { return nil }
            self = .hashes(Tile(level: Int(level), index: index, width: width))
        }
        // Whatever the steps above let through: only the one spelling counts.
        guard self.text == text else { return nil }
    }

    /// The path, such as `tile/0/x001/x234/067` or `tile/entries/000.p/5`.
    public var text: String {
        switch self {
        case .hashes(let tile): Self.text("tile/\(tile.level)", tile.index, tile.width)
        case .entries(let bundle): Self.text("tile/entries", bundle.index, bundle.width)
        }
    }

    private static func text(_ prefix: String, _ index: UInt64, _ width: Int) -> String {
        var groups = [threeDigits(index % 1_000)]
        var rest = index / 1_000
        while rest > 0 {
            groups.append("x" + threeDigits(rest % 1_000))
            rest /= 1_000
        }
        let path = prefix + "/" + groups.reversed().joined(separator: "/")
        return width == Tile.fullWidth ? path : "\(path).p/\(width)"
    }

    private static func threeDigits(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 3 - digits.utf8.count) + digits
    }

    private static func index(_ groups: [Substring]) -> UInt64? {
        var index: UInt64 = 0
        for (place, group) in groups.enumerated() {
            let isLast = place == groups.count - 1
            let digits = isLast ? group : group.dropFirst()
            guard isLast || group.first == "x", digits.utf8.count == 3 else { return nil }
            for digit in digits.utf8 {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                let (product, tooLarge) = index.multipliedReportingOverflow(by: 10)
                let (sum, tooLargeToo) = product.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
                guard !tooLarge, !tooLargeToo, sum <= MerkleTree.maximumSize else { return nil }
                index = sum
            }
        }
        return index
    }
}
