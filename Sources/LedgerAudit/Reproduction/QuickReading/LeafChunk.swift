internal import Glibc

/// Some leaves in a row, copied out of the store, so that they can be looked at while the store reads on.
struct LeafChunk: ~Copyable {
    struct Entry {
        let position: Int64
        let kind: QuickReader.Kind
        let start: Int
        let count: Int
    }

    private var memory: UnsafeMutableRawPointer
    private var capacity: Int
    private var used = 0
    private(set) var entries: [Entry] = []

    init() {
        capacity = 1 << 20
        memory = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { memory.deallocate() }

    mutating func append(_ leaf: UnsafeRawBufferPointer, _ kind: QuickReader.Kind, at position: Int64) {
        if used + leaf.count > capacity { grow(to: used + leaf.count) }
        if let start = leaf.baseAddress { memcpy(memory + used, start, leaf.count) }
        entries.append(Entry(position: position, kind: kind, start: used, count: leaf.count))
        used += leaf.count
    }

    private mutating func grow(to size: Int) {
        capacity = max(size, 2 * capacity)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        memcpy(larger, memory, used)
        memory.deallocate()
        memory = larger
    }

    /// The bytes of an entry, until the chunk changes.
    func leaf(_ entry: Entry) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: memory + entry.start, count: entry.count)
    }

    /// Forgets all but the last entries, which come first then.
    mutating func keep(last count: Int) {
        let kept = entries.suffix(count)
        let start = kept.first?.start ?? used
        memmove(memory, memory + start, used - start)
        used -= start
        entries = kept.map { Entry(position: $0.position, kind: $0.kind, start: $0.start - start, count: $0.count) }
    }
}
