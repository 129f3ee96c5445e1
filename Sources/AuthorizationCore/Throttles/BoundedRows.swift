/// A row of a table that forgets.
protocol BoundedRow: Hashable, Sendable {
    /// Whether it holds so little that it leaves before those that hold more.
    var isSingle: Bool { get }
    func isExpired(at now: Timestamp) -> Bool
}

/// A table of at most `capacity` rows. When it is full, the longest untouched row leaves: an expired one first, then
/// one that holds a single thing, then any.
///
/// Two chains hold the rows in the order in which they were last touched, so every operation takes constant time and
/// the same calls always leave the same rows.
struct BoundedRows<Key: Hashable & Sendable, Row: BoundedRow>: Sendable {
    let capacity: Int
    private var slots: [Slot] = []
    private var places: [Key: Int32] = [:]
    private var singles = Chain()
    private var others = Chain()
    private var firstFree: Int32 = none

    init(capacity: Int) {
        self.capacity = min(max(1, capacity), Int(Int32.max))
    }

    var count: Int { places.count }

    subscript(key: Key) -> Row? { places[key].map { slots[Int($0)].row } }

    /// Inserts or replaces a row and makes it the last to leave.
    mutating func set(_ row: Row, for key: Key, at now: Timestamp) {
        if let place = places[key] {
            unlink(place)
            slots[Int(place)].row = row
            link(place)
            return
        }
        // Expired rows leave as others come, at most one of each chain, so that no call has many to remove.
        for first in [singles.first, others.first] where first != none {
            if slots[Int(first)].row.isExpired(at: now) { remove(at: first) }
        }
        if count == capacity { remove(at: singles.first == none ? others.first : singles.first) }
        let slot = Slot(key: key, row: row, previous: none, next: none)
        let place: Int32
        if firstFree == none {
            place = Int32(slots.count)
            slots.append(slot)
        } else {
            place = firstFree
            firstFree = slots[Int(place)].next
            slots[Int(place)] = slot
        }
        places[key] = place
        link(place)
    }

    mutating func remove(_ key: Key) {
        if let place = places[key] { remove(at: place) }
    }

    /// Looks at every row: only for what an operator asks for.
    mutating func removeAll(where shouldLeave: (Key) -> Bool) {
        for (key, _) in entries where shouldLeave(key) { remove(key) }
    }

    /// All rows: the single ones and then the others, longest untouched first. Setting them in this order in an empty
    /// table of the same capacity makes an equal one.
    var entries: [(key: Key, row: Row)] {
        var entries: [(key: Key, row: Row)] = []
        entries.reserveCapacity(count)
        for chain in [singles, others] {
            var place = chain.first
            while place != none {
                entries.append((slots[Int(place)].key, slots[Int(place)].row))
                place = slots[Int(place)].next
            }
        }
        return entries
    }

    private mutating func remove(at place: Int32) {
        unlink(place)
        places[slots[Int(place)].key] = nil
        slots[Int(place)].next = firstFree
        firstFree = place
    }

    private mutating func link(_ place: Int32) {
        let last = slots[Int(place)].row.isSingle ? singles.last : others.last
        slots[Int(place)].previous = last
        slots[Int(place)].next = none
        if last != none { slots[Int(last)].next = place }
        change(slots[Int(place)].row) { chain in
            chain.last = place
            if last == none { chain.first = place }
        }
    }

    private mutating func unlink(_ place: Int32) {
        let slot = slots[Int(place)]
        if slot.previous != none { slots[Int(slot.previous)].next = slot.next }
        if slot.next != none { slots[Int(slot.next)].previous = slot.previous }
        change(slot.row) { chain in
            if slot.previous == none { chain.first = slot.next }
            if slot.next == none { chain.last = slot.previous }
        }
    }

    private mutating func change(_ row: Row, _ change: (inout Chain) -> Void) {
        if row.isSingle { change(&singles) } else { change(&others) }
    }

    private struct Slot: Sendable {
        var key: Key
        var row: Row
        var previous: Int32
        var next: Int32
    }

    private struct Chain: Sendable {
        var first: Int32 = none
        var last: Int32 = none
    }
}

extension BoundedRows: Equatable {
    /// Equal rows that will leave in the same order.
    static func == (left: Self, right: Self) -> Bool {
        left.count == right.count
            && left.entries.elementsEqual(right.entries) { $0.key == $1.key && $0.row == $1.row }
    }
}

/// No slot.
private let none: Int32 = -1
