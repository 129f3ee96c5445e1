internal import Glibc

/// An IPv4 or IPv6 address.
public struct IPAddress: Sendable, Equatable {
    /// Whom a connection to an address would reach.
    enum Reach {
        case unspecified, loopback, linkLocal, multicast, host
    }

    /// 4 or 16 bytes in network order.
    public let bytes: [UInt8]

    /// Parses the one canonical spelling of an address: a dotted quad without leading zeros (so neither `127.1` nor
    /// `0x7f.0.0.1`), or the form of RFC 5952 without brackets and zone. `nil` for everything else.
    public init?(canonical text: String) {
        if let bytes = Self.parse(text, family: AF_INET, count: 4) {
            self.bytes = bytes
        } else if let bytes = Self.parse(text, family: AF_INET6, count: 16) {
            self.bytes = bytes
        } else {
            return nil
        }
    }

    /// Reads the address that a socket would connect to. `nil` for families other than IPv4 and IPv6.
    init?(_ address: UnsafePointer<sockaddr>) {
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            let address = raw.loadUnaligned(as: sockaddr_in.self).sin_addr
            bytes = withUnsafeBytes(of: address) { [UInt8]($0) }
        case AF_INET6:
            let address = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            bytes = withUnsafeBytes(of: address) { [UInt8]($0) }
        default:
            return nil
        }
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var reach: Reach {
        if let embedded = embeddedIPv4 { return embedded.reach }
        if bytes.count == 4 {
            switch bytes[0] {
            case 0: return .unspecified
            case 127: return .loopback
            case 169 where bytes[1] == 254: return .linkLocal
            case 224...239: return .multicast
            case 255 where bytes.allSatisfy({ $0 == 255 }): return .multicast
            default: return .host
            }
        }
        if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0x80 { return .linkLocal }
        if bytes[0] == 0xFF { return .multicast }
        return .host
    }

    /// The IPv4 address that an IPv6 address stands for: mapped (`::ffff:0:0/96`), compatible (`::/96`, which `::`
    /// and `::1` belong to) or translated (`64:ff9b::/96`).
    private var embeddedIPv4: IPAddress? {
        guard bytes.count == 16 else { return nil }
        let prefix = bytes[..<12]
        let tail = [UInt8](bytes[12...])
        let zeros = [UInt8](repeating: 0, count: 12)
        if prefix.elementsEqual(zeros) {
            // `::1` would be 0.0.0.1, which is refused all the same; name it for what it is.
            return tail == [0, 0, 0, 1] ? IPAddress(bytes: [127, 0, 0, 1]) : IPAddress(bytes: tail)
        }
        let mapped = zeros[..<10] + [0xFF, 0xFF]
        let translated = [0x00, 0x64, 0xFF, 0x9B] + zeros[..<8]
        return prefix.elementsEqual(mapped) || prefix.elementsEqual(translated) ? IPAddress(bytes: tail) : nil
    }

    private static func parse(_ text: String, family: Int32, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        guard inet_pton(family, text, &bytes) == 1 else { return nil }
        // Only what would be printed is accepted, so that an address has one spelling.
        var printed = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, bytes, &printed, socklen_t(printed.count)) != nil else { return nil }
        return printed.prefix { $0 != 0 }.map(UInt8.init).elementsEqual(text.utf8) ? bytes : nil
    }
}
