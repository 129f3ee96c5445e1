internal import Glibc

/// The body of a request: a user's password is in it, so its memory is wiped when its last owner lets go.
///
/// One body serves every Identity of a chain.
public final class RequestBody: @unchecked Sendable {
    // Safe to share: `storage` is written by the initializers only.
    let storage: UnsafeMutableRawBufferPointer

    /// Copies `bytes`; wiping the caller's copy is the caller's business.
    public convenience init(copying bytes: [UInt8]) {
        self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
    }

    /// Lets `fill` write `count` bytes in place, so that no copy is made.
    public init(count: Int, filledBy fill: (UnsafeMutableRawBufferPointer) -> Void) {
        storage = .allocate(byteCount: count, alignment: 16)
        storage.initializeMemory(as: UInt8.self, repeating: 0)
        fill(storage)
    }

    public var count: Int { storage.count }

    deinit {
        if let start = storage.baseAddress { explicit_bzero(start, storage.count) }
        storage.deallocate()
    }
}
