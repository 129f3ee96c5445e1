internal import AuthorizationCore
internal import Glibc

/// What walkers over leaves share: room for one key, tables, and the day that was read last.
final class KeyMemory {
    /// As long as the longest leaf.
    static let capacity = 65_536

    let bytes: UnsafeMutableRawPointer
    var count = 0
    private let values: UnsafeMutablePointer<UInt8>
    /// The first ten characters of the last time, and its midnight in microseconds.
    private var day: (UInt64, UInt16) = (0, 0)
    private var midnight: Int64 = 0

    init() {
        bytes = .allocate(byteCount: Self.capacity, alignment: 16)
        values = .allocate(capacity: 256)
        values.initialize(repeating: 255, count: 256)
        for (value, character) in "0123456789abcdefghjkmnpqrstvwxyz".utf8.enumerated() {
            values[Int(character)] = UInt8(value)
        }
    }

    deinit {
        bytes.deallocate()
        values.deallocate()
    }

    /// The value of a digit, 255 for what is none.
    @inline(__always)
    func crockford(_ character: UInt8) -> UInt8 { values[Int(character)] }

    /// A key is never longer than its leaf, and a leaf not longer than this.
    @inline(__always)
    func append(_ source: UnsafeRawPointer, count length: Int) {
        memcpy(bytes + count, source, length)
        count += length
    }

    var key: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: count) }

    /// Not against collisions on purpose: two keys of one hash are told apart by their bytes.
    var hash: UInt64 {
        var hash: UInt64 = 0x9e37_79b9_7f4a_7c15 ^ UInt64(truncatingIfNeeded: count)
        var index = 0
        while index + 8 <= count {
            hash = (hash ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* 0xff51_afd7_ed55_8ccd
            hash ^= hash >> 32
            index += 8
        }
        while index < count {
            hash = (hash ^ UInt64(bytes.load(fromByteOffset: index, as: UInt8.self))) &* 0x100_0000_01b3
            index += 1
        }
        return hash ^ (hash >> 29)
    }

    /// 27 characters as a time; nil for what the log would not write.
    func time(_ text: UnsafeRawPointer) -> Timestamp? {
        let head = (
            text.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
            text.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
        )
        if head != day {
            let characters = UnsafeRawBufferPointer(start: text, count: 10)
            let start = String(decoding: characters, as: UTF8.self) + "T00:00:00.000000Z"
            guard let time = Timestamp(rfc3339: start), time.text == start else { return nil }
            midnight = time.microseconds
            day = head
        }
        var seen: UInt8 = 0
        @inline(__always) func digit(_ index: Int) -> Int64 {
            let digit = text.load(fromByteOffset: index, as: UInt8.self) &- 48
            seen |= digit > 9 ? 1 : 0
            return Int64(digit)
        }
        @inline(__always) func mark(_ index: Int, _ byte: UInt8) {
            seen |= text.load(fromByteOffset: index, as: UInt8.self) ^ byte
        }
        let hour = digit(11) * 10 + digit(12)
        let minute = digit(14) * 10 + digit(15)
        let second = digit(17) * 10 + digit(18)
        let thousands = (digit(20) * 10 + digit(21)) * 10 + digit(22)
        let ones = (digit(23) * 10 + digit(24)) * 10 + digit(25)
        mark(10, 0x54)
        mark(13, 0x3a)
        mark(16, 0x3a)
        mark(19, 0x2e)
        mark(26, 0x5a)
        guard seen == 0, hour < 24, minute < 60, second < 60 else { return nil }
        let seconds = (hour * 60 + minute) * 60 + second
        return Timestamp(microseconds: midnight + seconds * 1_000_000 + thousands * 1_000 + ones)
    }
}

/// Values by the keys of leaves.
struct KeyTable<Value> {
    /// Keys that are kept; beyond, all are forgotten and learnt anew.
    private static var maximumKept: Int { 16_384 }

    private struct Entry {
        let key: [UInt8]
        let value: Value
    }

    private var entries: [UInt64: Entry] = [:]

    func value(of memory: KeyMemory) -> Value? {
        guard let entry = entries[memory.hash] else { return nil }
        let isSame = entry.key.withUnsafeBytes { key -> Bool in
            guard key.count == memory.count, let start = key.baseAddress else { return false }
            return memcmp(start, memory.bytes, key.count) == 0
        }
        return isSame ? entry.value : nil
    }

    mutating func learn(_ value: Value, of memory: KeyMemory) {
        if entries.count >= Self.maximumKept { entries.removeAll() }
        entries[memory.hash] = Entry(key: Array(memory.key), value: value)
    }
}
