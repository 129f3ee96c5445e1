/// Bytes that grow at their end, written in runs: room is made once per run, and its bytes need no further checks.
///
/// An array that is appended to byte by byte asks each time whether it is shared and whether it is full; an event has
/// some hundred such places.
struct ByteSink: Sendable {
    // Longer than what is used: the rest is room.
    private var storage: [UInt8]
    private(set) var count = 0

    init(reservingCapacity capacity: Int) {
        // Nothing beyond `count` is ever read.
        storage = [UInt8](unsafeUninitializedCapacity: capacity) { $1 = capacity }
    }

    /// What was written so far, as an array of its own.
    var bytes: [UInt8] { [UInt8](storage[..<count]) }

    /// What was written, and the sink is empty and without room afterwards.
    mutating func take() -> [UInt8] {
        storage.removeLast(storage.count - count)
        defer {
            storage = []
            count = 0
        }
        return storage
    }

    mutating func removeAll() { count = 0 }

    /// Lets `write` put up to `maximum` bytes at the end. It returns how many it has put there.
    @inline(__always)
    mutating func write(upTo maximum: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int) {
        if storage.count - count < maximum { grow(by: maximum) }
        storage.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            let written = write(start + count)
            precondition(written <= maximum, "more bytes than room")
            count += written
        }
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        write(upTo: 1) {
            $0.pointee = byte
            return 1
        }
    }

    mutating func append(contentsOf bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        write(upTo: bytes.count) {
            UnsafeMutableRawPointer($0).copyMemory(from: source, byteCount: bytes.count)
            return bytes.count
        }
    }

    @inline(never)
    private mutating func grow(by count: Int) {
        storage.append(contentsOf: repeatElement(0, count: max(count, storage.count, 64)))
    }
}
