/// A fixed number of bytes that a log stores as lower-case hexadecimal.
public protocol FixedBytes: TextValue, Hashable, Comparable {
    static var count: Int { get }
    init(words: [UInt64])
    /// Eight of the bytes, the most significant first.
    func word(_ index: Int) -> UInt64
}

/// Sixteen bytes: a tag, a blind.
public struct Bytes16: FixedBytes {
    public static let count = 16
    public var high: UInt64
    public var low: UInt64

    public init(high: UInt64 = 0, low: UInt64 = 0) {
        self.high = high
        self.low = low
    }

    public init(words: [UInt64]) { self.init(high: words[0], low: words[1]) }
    public func word(_ index: Int) -> UInt64 { index == 0 ? high : low }

    public static func < (left: Self, right: Self) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

/// Thirty-two bytes: a SHA-256 digest, a commitment.
public struct Bytes32: FixedBytes {
    public static let count = 32
    public var first: UInt64
    public var second: UInt64
    public var third: UInt64
    public var fourth: UInt64

    public init(first: UInt64 = 0, second: UInt64 = 0, third: UInt64 = 0, fourth: UInt64 = 0) {
        self.first = first
        self.second = second
        self.third = third
        self.fourth = fourth
    }

    public init(words: [UInt64]) {
        self.init(first: words[0], second: words[1], third: words[2], fourth: words[3])
    }
    public func word(_ index: Int) -> UInt64 {
        switch index {
        case 0: first
        case 1: second
        case 2: third
        default: fourth
        }
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.first, left.second, left.third, left.fourth) < (right.first, right.second, right.third, right.fourth)
    }
}

extension FixedBytes {
    public static var textForm: TextForm { .pattern("^[0-9a-f]{\(count * 2)}$") }
    public static var example: Self { Self(words: (0..<count / 8).map { 0x0123_4567_89ab_cdef &+ UInt64($0) }) }

    /// The bytes in order. Nil when `bytes` has another length.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.count else { return nil }
        var words: [UInt64] = []
        words.reserveCapacity(Self.count / 8)
        var word: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            word = word << 8 | UInt64(byte)
            if index % 8 == 7 {
                words.append(word)
                word = 0
            }
        }
        self.init(words: words)
    }

    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.count)
        append(to: &bytes)
        return bytes
    }

    /// Appends the bytes in order.
    public func append(to bytes: inout [UInt8]) {
        for index in 0..<Self.count / 8 {
            withUnsafeBytes(of: word(index).bigEndian) { bytes.append(contentsOf: $0) }
        }
    }

    public init?(text: String) {
        var text = text
        let words: [UInt64]? = text.withUTF8 { digits in
            guard digits.count == Self.count * 2 else { return nil }
            var words: [UInt64] = []
            words.reserveCapacity(Self.count / 8)
            var word: UInt64 = 0
            for index in 0..<digits.count {
                let digit: UInt8
                switch digits[index] {
                case 48...57: digit = digits[index] - 48
                case 97...102: digit = digits[index] - 87
                default: return nil
                }
                word = word << 4 | UInt64(digit)
                if index % 16 == 15 {
                    words.append(word)
                    word = 0
                }
            }
            return words
        }
        guard let words else { return nil }
        self.init(words: words)
    }

    public var text: String { withTextBytes { String(decoding: $0, as: UTF8.self) } }

    public func withTextBytes<Output>(_ body: (UnsafeBufferPointer<UInt8>) -> Output) -> Output {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.count * 2) { digits in
            for index in 0..<Self.count / 8 {
                var rest = word(index)
                for place in stride(from: index * 16 + 15, through: index * 16, by: -1) {
                    let digit = UInt8(truncatingIfNeeded: rest & 15)
                    digits[place] = digit < 10 ? 48 + digit : 87 + digit
                    rest >>= 4
                }
            }
            return body(UnsafeBufferPointer(digits))
        }
    }
}
