import CanonicalJSON

/// SplitMix64: the same seed makes the same values everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

extension SeededGenerator {
    /// A value of our own documents, with the characters and numbers at the edges of the rules.
    mutating func value(depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0..<(depth < 5 ? 7 : 5), using: &self) {
        case 0: .null
        case 1: .boolean(Bool.random(using: &self))
        case 2: .integer(integer())
        case 3, 4: .string(string())
        case 5: .array((0..<Int.random(in: 0...4, using: &self)).map { _ in value(depth: depth + 1) })
        default: .object(object(depth: depth))
        }
    }

    private mutating func object(depth: Int) -> JSONObject {
        var object = JSONObject()
        for _ in 0..<Int.random(in: 0...6, using: &self) { object[string()] = value(depth: depth + 1) }
        return object
    }

    private mutating func integer() -> Int64 {
        let edges = [0, 1, -1, 9, 10, JSON.maximumInteger, -JSON.maximumInteger]
        return Bool.random(using: &self)
            ? edges[Int.random(in: 0..<edges.count, using: &self)]
            : Int64.random(in: -JSON.maximumInteger...JSON.maximumInteger, using: &self)
    }

    private mutating func string() -> String {
        var string = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...12, using: &self) { string.append(scalar()) }
        return String(string)
    }

    private mutating func scalar() -> Unicode.Scalar {
        let edges: [Unicode.Scalar] = [
            "\"", "\\", "/", "\u{0}", "\u{8}", "\n", "\u{1F}", "\u{7F}", "\u{80}", "\u{301}", "e", "é", "\u{2028}",
            "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FB33}", "\u{FFFF}", "\u{10000}", "\u{1F600}",
            "\u{10FFFF}",
        ]
        return Bool.random(using: &self)
            ? edges[Int.random(in: 0..<edges.count, using: &self)]
            : Unicode.Scalar(UInt8.random(in: 0x20...0x7E, using: &self))
    }
}
