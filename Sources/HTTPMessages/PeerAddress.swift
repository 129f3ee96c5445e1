/// The network address of whoever opened a connection, without the port.
public enum PeerAddress: Hashable, Sendable {
    case v4(UInt32)
    case v6(high: UInt64, low: UInt64)

    /// From 4 or 16 bytes in network order. An IPv4 address in IPv6 clothes (`::ffff:a.b.c.d`) becomes the IPv4
    /// address that it is, so that limits and rules see one client once.
    public init?(bytes: some Collection<UInt8>) {
        func number<Value: FixedWidthInteger>(_ bytes: some Collection<UInt8>) -> Value {
            bytes.reduce(0) { $0 << 8 | Value($1) }
        }
        switch bytes.count {
        case 4:
            self = .v4(number(bytes))
        case 16:
            let high: UInt64 = number(bytes.prefix(8))
            let low: UInt64 = number(bytes.dropFirst(8))
            let isMapped = high == 0 && low >> 32 == 0xFFFF
            self = isMapped ? .v4(UInt32(truncatingIfNeeded: low)) : .v6(high: high, low: low)
        default:
            return nil
        }
    }

    /// The 4 or 16 bytes in network order.
    public var bytes: [UInt8] {
        switch self {
        case .v4(let value):
            (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
        case .v6(let high, let low):
            [high, low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * $0)) } }
        }
    }

    /// What a limit per client counts: the address, or for IPv6 its /64, which one client owns as a whole.
    public var network: PeerAddress {
        switch self {
        case .v4: self
        case .v6(let high, _): .v6(high: high, low: 0)
        }
    }
}

extension PeerAddress: CustomStringConvertible {
    /// Dotted decimal, or IPv6 in the one form of RFC 5952.
    public var description: String {
        switch self {
        case .v4:
            bytes.map(String.init).joined(separator: ".")
        case .v6(let high, let low):
            Self.text(
                groups: [high, low].flatMap { half in (0..<4).map { UInt16(truncatingIfNeeded: half >> (48 - 16 * $0)) }
                })
        }
    }

    private static func text(groups: [UInt16]) -> String {
        // The longest run of two or more zero groups is left out, the first one if there are several.
        var longest = 0..<0
        var index = 0
        while index < groups.count {
            let end = groups[index...].firstIndex { $0 != 0 } ?? groups.count
            if end - index > max(1, longest.count) { longest = index..<end }
            index = max(end, index + 1)
        }
        func joined(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard !longest.isEmpty else { return joined(groups[...]) }
        return joined(groups[..<longest.lowerBound]) + "::" + joined(groups[longest.upperBound...])
    }
}
