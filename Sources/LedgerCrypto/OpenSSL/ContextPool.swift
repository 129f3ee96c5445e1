internal import Synchronization

/// Library contexts that are costly to set up, kept for the next caller.
///
/// A context may be used by one thread at a time; the pool hands each out to one caller. Taking and giving back cost two
/// atomic exchanges, so that callers on many threads sign at full speed. Contexts above ``capacity`` are freed.
final class ContextPool: Sendable {
    /// More than the threads of any machine that we serve from; a slot costs eight bytes.
    static let capacity = 32

    private let idle = InlineArray<32, Atomic<UInt>> { _ in Atomic(0) }
    private let make: @Sendable () throws(CryptoError) -> OpaquePointer
    private let free: @Sendable (OpaquePointer) -> Void

    init(
        make: @escaping @Sendable () throws(CryptoError) -> OpaquePointer,
        free: @escaping @Sendable (OpaquePointer) -> Void
    ) {
        self.make = make
        self.free = free
    }

    deinit {
        while let context = takeIdle() { free(context) }
    }

    /// Lends a context to `body`. When `body` throws, the context is freed: what it left behind is unknown.
    func withContext<Result>(
        _ body: (OpaquePointer) throws(CryptoError) -> Result
    ) throws(CryptoError) -> Result {
        let context = if let idle = takeIdle() { idle } else { try make() }
        let result: Result
        do throws(CryptoError) {
            result = try body(context)
        } catch {
            free(context)
            throw error
        }
        giveBack(context)
        return result
    }

    private func takeIdle() -> OpaquePointer? {
        for index in 0..<Self.capacity where idle[index].load(ordering: .relaxed) != 0 {
            if let context = OpaquePointer(bitPattern: idle[index].exchange(0, ordering: .acquiring)) { return context }
        }
        return nil
    }

    private func giveBack(_ context: OpaquePointer) {
        let word = UInt(bitPattern: context)
        for index in 0..<Self.capacity where idle[index].load(ordering: .relaxed) == 0 {
            if idle[index].compareExchange(expected: 0, desired: word, ordering: .releasing).exchanged { return }
        }
        free(context)
    }
}
