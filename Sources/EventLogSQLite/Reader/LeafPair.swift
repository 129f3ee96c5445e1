internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto

/// Checks leaves against their recorded hashes, two at a time, and gives them out in order.
///
/// The first of two is copied and waits for the second, because a row of the database goes with the next one.
struct LeafPair: ~Copyable {
    typealias Receiver = (Position, UnsafeRawBufferPointer, SHA256Digest) throws(StoreError) -> Bool

    private var hasher = SHA256Hasher()
    private var first: [UInt8] = []
    private var firstRecorded: SHA256Digest?
    /// Nil while no leaf waits.
    private var firstPosition: Position?

    /// Takes the next leaf; false when the receiver wants no more. Throws ``StoreError/damaged(_:_:)`` for a leaf that
    /// has another hash than the recorded one, and what the receiver throws.
    mutating func take(
        _ leaf: UnsafeRawBufferPointer, _ recorded: UnsafeRawBufferPointer, at position: Position, _ body: Receiver
    ) throws(StoreError) -> Bool {
        let recorded = SHA256Digest(bytes: recorded)
        guard let firstPosition else {
            first.removeAll(keepingCapacity: true)
            first.append(contentsOf: leaf)
            firstRecorded = recorded
            firstPosition = position
            return true
        }
        self.firstPosition = nil
        let (firstHash, hash) = first.withUnsafeBytes { hasher.leafHashes($0, leaf) }
        let goesOn = try first.withUnsafeBufferPointer { (first) throws(StoreError) in
            let first = UnsafeRawBufferPointer(first)
            return try body(firstPosition, first, try Self.check(first, firstHash, firstRecorded, at: firstPosition))
        }
        guard goesOn else { return false }
        return try body(position, leaf, try Self.check(leaf, hash, recorded, at: position))
    }

    /// Gives out the leaf that waits, if one does; false when the receiver wants no more.
    mutating func giveFirst(to body: Receiver) throws(StoreError) -> Bool {
        guard let position = firstPosition else { return true }
        firstPosition = nil
        let recorded = firstRecorded
        let hash = first.withUnsafeBytes { hasher.leafHash($0) }
        return try first.withUnsafeBufferPointer { (first) throws(StoreError) in
            let first = UnsafeRawBufferPointer(first)
            return try body(position, first, try Self.check(first, hash, recorded, at: position))
        }
    }

    /// The leaf's hash, which is the recorded one. Before a leaf is called damaged, the library alone says so too.
    private static func check(
        _ leaf: UnsafeRawBufferPointer, _ hash: SHA256Digest, _ recorded: SHA256Digest?, at position: Position
    ) throws(StoreError) -> SHA256Digest {
        if hash == recorded { return hash }
        let again = SHA256.leafHash(leaf)
        guard again == recorded else { throw .damaged(position, "its bytes do not have the recorded hash") }
        return again
    }
}
