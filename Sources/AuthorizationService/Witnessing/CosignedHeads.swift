internal import AuthorizationCore
internal import EventLog

/// The heads that witnesses are cosigning, and the newest that the quorum has.
struct CosignedHeads: Sendable {
    /// Heads that wait for their quorum; the smallest are forgotten first.
    static let maximumWaiting = 16
    /// A checkpoint of the quorum is shown to everybody for so long although the log has moved on.
    static let shownForMicroseconds: Int64 = 60_000_000

    private struct Waiting: Sendable {
        var head: ReleasedHead
        var cosignatures: [(key: VerifierKey, signature: NoteSignature)] = []
    }

    private var waiting: [Int64: Waiting] = [:]
    private(set) var newest: ReleasedHead?
    private(set) var newestAt = Timestamp()
    private var shownSize: Int64 = 0

    /// Adds a cosignature, which was verified. Returns what is now to be kept and then to be published, if the quorum is
    /// there and nothing newer is published.
    mutating func add(
        _ signature: NoteSignature?, of key: VerifierKey?, to head: ReleasedHead, _ policy: WitnessPolicy
    ) -> ReleasedHead? {
        var entry = waiting[head.size] ?? Waiting(head: head)
        if let signature, let key {
            entry.cosignatures.removeAll { $0.key == key }
            entry.cosignatures.append((key, signature))
        }
        waiting[head.size] = entry
        while waiting.count > Self.maximumWaiting, let smallest = waiting.keys.min() { waiting[smallest] = nil }
        guard head.size >= newest?.size ?? 0, policy.isMet(by: entry.cosignatures.map(\.key)) else { return nil }
        return try? head.cosigned(entry.cosignatures.map(\.signature))
    }

    mutating func publish(_ head: ReleasedHead, at now: Timestamp) {
        guard head.size >= newest?.size ?? 0 else { return }
        if head.size != newest?.size { newestAt = now }
        newest = head
        for size in waiting.keys where size < head.size { waiting[size] = nil }
    }

    /// What everybody is shown when `released` is the log's newest: the quorum's, unless it has fallen behind for too long;
    /// then the newest with whatever cosignatures it has. Never less than was shown before.
    mutating func shown(_ released: ReleasedHead, at now: Timestamp) -> ReleasedHead {
        if let newest, newest.size >= shownSize {
            let age = now.microseconds - newestAt.microseconds
            if newest.size >= released.size || (0..<Self.shownForMicroseconds).contains(age) {
                shownSize = newest.size
                return newest
            }
        }
        shownSize = max(shownSize, released.size)
        let cosignatures = waiting[released.size]?.cosignatures.map(\.signature) ?? []
        return (try? released.cosigned(cosignatures)) ?? released
    }
}
