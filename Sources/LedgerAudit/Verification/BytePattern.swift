/// A short text to look for in many byte strings: Horspool's search, which looks at few of their bytes.
struct BytePattern: Sendable {
    private let pattern: [UInt8]
    /// How far to move on, by the byte under the pattern's end.
    private let steps: [Int]

    /// The text is not empty.
    init(_ text: String) {
        let pattern = Array(text.utf8)
        precondition(!pattern.isEmpty, "a text to look for")
        var steps = [Int](repeating: pattern.count, count: 256)
        for (index, byte) in pattern.dropLast().enumerated() { steps[Int(byte)] = pattern.count - 1 - index }
        self.pattern = pattern
        self.steps = steps
    }

    /// Whether the text occurs.
    func occurs(in bytes: UnsafeRawBufferPointer) -> Bool {
        var end = pattern.count - 1
        while end < bytes.count {
            var offset = 0
            while offset < pattern.count, bytes[end - offset] == pattern[pattern.count - 1 - offset] { offset += 1 }
            if offset == pattern.count { return true }
            end += steps[Int(bytes[end])]
        }
        return false
    }
}
