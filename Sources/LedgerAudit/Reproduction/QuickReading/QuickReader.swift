internal import AuthorizationCore
internal import Glibc

/// Reads the events of decisions in place: the holes of a leaf, and a number for its key.
///
/// Leaves with one number differ in their holes and in nothing else. For shapes that no walker knows there is neither.
struct QuickReader {
    private let memory = KeyMemory()
    private var numbers = KeyTable<Int>()
    private var last = 0

    enum Kind {
        case requested, attempted, opened, issued, refused
        /// `refresh.used`, `refresh.repeated` or `refresh.reuse_detected`.
        case rotated
        case revoked
        /// Anything else.
        case other
    }

    /// What a leaf is, by its end.
    static func kind(of leaf: UnsafeRawBufferPointer) -> Kind {
        if ends(leaf, "\"type\":\"validation.attempted\",\"v\":1}") { return .attempted }
        if ends(leaf, "\"type\":\"token.requested\",\"v\":1}") { return .requested }
        if ends(leaf, "\"type\":\"token.issued\",\"v\":1}") { return .issued }
        if ends(leaf, "\"type\":\"token.refused\",\"v\":1}") { return .refused }
        if ends(leaf, "\"type\":\"account.opened\",\"v\":1}") { return .opened }
        if ends(leaf, "\"type\":\"token.revoked\",\"v\":1}") { return .revoked }
        if ends(leaf, "\"type\":\"refresh.used\",\"v\":1}") || ends(leaf, "\"type\":\"refresh.repeated\",\"v\":1}")
            || ends(leaf, "\"type\":\"refresh.reuse_detected\",\"v\":1}")
        {
            return .rotated
        }
        return .other
    }

    private static func ends(_ leaf: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard leaf.count > count, let start = leaf.baseAddress else { return false }
        return memcmp(start + leaf.count - count, text.utf8Start, count) == 0
    }

    /// The number of the leaf that was read last, and fitted. The same key has the same number while it is remembered;
    /// no number is given twice.
    mutating func number() -> Int {
        if let number = numbers.value(of: memory) { return number }
        last += 1
        numbers.learn(last, of: memory)
        return last
    }

    func request(_ leaf: UnsafeRawBufferPointer) -> (QuickEnvelope, QuickRequest)? {
        var walker = LeafWalker(leaf, memory: memory)
        var envelope = QuickEnvelope(openingOf: &walker)
        let holes = QuickRequest(&walker)
        envelope.close(&walker, type: "token.requested")
        return walker.isWhole() ? (envelope, holes) : nil
    }

    func attempt(_ leaf: UnsafeRawBufferPointer) -> (QuickEnvelope, QuickAttempt)? {
        var walker = LeafWalker(leaf, memory: memory)
        var envelope = QuickEnvelope(openingOf: &walker)
        let holes = QuickAttempt(&walker)
        envelope.close(&walker, type: "validation.attempted")
        return walker.isWhole() ? (envelope, holes) : nil
    }

    func opening(_ leaf: UnsafeRawBufferPointer) -> (QuickEnvelope, QuickOpening)? {
        var walker = LeafWalker(leaf, memory: memory)
        var envelope = QuickEnvelope(openingOf: &walker)
        let holes = QuickOpening(&walker)
        envelope.close(&walker, type: "account.opened")
        return walker.isWhole() ? (envelope, holes) : nil
    }

    func token(_ leaf: UnsafeRawBufferPointer) -> (QuickEnvelope, QuickToken)? {
        var walker = LeafWalker(leaf, memory: memory)
        var envelope = QuickEnvelope(openingOf: &walker)
        let holes = QuickToken(&walker)
        envelope.close(&walker, type: "token.issued")
        return walker.isWhole() ? (envelope, holes) : nil
    }

    func refusal(_ leaf: UnsafeRawBufferPointer) -> (QuickEnvelope, QuickRefusal)? {
        var walker = LeafWalker(leaf, memory: memory)
        var envelope = QuickEnvelope(openingOf: &walker)
        let holes = QuickRefusal(&walker)
        envelope.close(&walker, type: "token.refused")
        return walker.isWhole() ? (envelope, holes) : nil
    }
}
