internal import AuthorizationCore

/// Which account a name opened, to find a name that opens two.
///
/// It knows names by their tags and keeps 24 bytes of each: what looks like a second account is read again.
struct NameTable {
    private var tags: [UInt64]
    private var accounts: [UInt64]
    private var positions: [Int64]
    private var count = 0
    /// Names that found no room.
    private(set) var unwatched: Int64 = 0
    /// Where one name opened what seem to be two accounts.
    private(set) var pairs: [Pair] = []
    private var seen: Set<UInt64> = []

    struct Pair {
        var first: Position
        var second: Position
    }

    init() {
        tags = Array(repeating: 0, count: 1 << 10)
        accounts = tags
        positions = Array(repeating: -1, count: 1 << 10)
    }

    mutating func take(_ tag: Bytes16, _ account: AccountID, at position: Position) {
        let key = tag.high ^ (tag.low &* 0x9e37_79b9_7f4a_7c15)
        let value = UInt64(truncatingIfNeeded: account.bits) ^ UInt64(truncatingIfNeeded: account.bits >> 64)
        var slot = Int(truncatingIfNeeded: key >> 16) & (tags.count - 1)
        while positions[slot] >= 0 {
            if tags[slot] == key {
                if accounts[slot] != value { note(accounts[slot], value, Position(positions[slot]), position) }
                return
            }
            slot = (slot + 1) & (tags.count - 1)
        }
        guard count < ReviewLimits.maximumNames else { return unwatched += 1 }
        tags[slot] = key
        accounts[slot] = value
        positions[slot] = position.value
        count += 1
        if 2 * count > tags.count { grow() }
    }

    private mutating func note(_ first: UInt64, _ second: UInt64, _ firstAt: Position, _ secondAt: Position) {
        let pair = (min(first, second) &* 0xff51_afd7_ed55_8ccd) ^ max(first, second)
        guard pairs.count < ReviewLimits.maximumDuplicates, seen.insert(pair).inserted else { return }
        pairs.append(Pair(first: firstAt, second: secondAt))
    }

    private mutating func grow() {
        let old = (tags, accounts, positions)
        tags = Array(repeating: 0, count: 2 * old.0.count)
        accounts = tags
        positions = Array(repeating: -1, count: tags.count)
        for index in old.2.indices where old.2[index] >= 0 {
            var slot = Int(truncatingIfNeeded: old.0[index] >> 16) & (tags.count - 1)
            while positions[slot] >= 0 { slot = (slot + 1) & (tags.count - 1) }
            tags[slot] = old.0[index]
            accounts[slot] = old.1[index]
            positions[slot] = old.2[index]
        }
    }
}
