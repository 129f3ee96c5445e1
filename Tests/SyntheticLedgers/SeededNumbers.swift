public import AuthorizationCore

/// SplitMix64: the same numbers for the same seed, so that two runs make the same ledger.
public struct SeededNumbers: RandomNumberGenerator, Sendable {
    public var state: UInt64

    public init(state: UInt64) { self.state = state }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    public mutating func bits() -> UInt128 { UInt128(next()) << 64 | UInt128(next()) }
    public mutating func blind() -> Bytes16 { Bytes16(high: next(), low: next()) }

    /// A number below a limit.
    public mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
