/// Where an Identity's authentication endpoint lives: an absolute http or https URL in one canonical spelling.
///
/// It is parsed by one strict grammar (RFC 3986, narrowed), so that what an operator registered, what a policy judged
/// and what the HTTP client connects to cannot be read in three ways.
public struct Destination: Sendable, Equatable {
    public enum Scheme: String, Sendable {
        case http, https
    }

    /// In bytes.
    public static let maximumLength = 2_048

    public let scheme: Scheme
    /// A lower-case host name or an IP address, the latter without brackets.
    public let host: String
    public let port: Int
    /// Begins with a slash.
    public let pathAndQuery: String

    /// Parses an absolute URL.
    ///
    /// Scheme and host may be written in either case; everything else must be spelled as it would be printed. Names
    /// are ASCII (an internationalized one is registered in its `xn--` form).
    public init(parsing text: String) throws(DestinationError) {
        let bytes = [UInt8](text.utf8)
        guard bytes.count <= Self.maximumLength else { throw .tooLong }
        guard bytes.allSatisfy(isURLByte) else { throw .invalidCharacter }
        guard !bytes.contains(UInt8(ascii: "#")) else { throw .fragment }

        let lower = text.lowercased()
        let scheme: Scheme? =
            lower.hasPrefix("https://") ? .https : lower.hasPrefix("http://") ? .http : nil
        guard let scheme else { throw .unsupportedScheme }
        let afterScheme = bytes.dropFirst(scheme.rawValue.utf8.count + 3)
        let end = afterScheme.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? afterScheme.endIndex
        let authority = afterScheme[..<end]
        guard !authority.contains(UInt8(ascii: "@")) else { throw .userInformation }

        let (host, port) = try Self.hostAndPort(authority)
        let rest = String(decoding: afterScheme[end...], as: UTF8.self)
        guard isPathAndQuery(afterScheme[end...]) else { throw .invalidCharacter }

        self.scheme = scheme
        self.host = host
        self.port = port ?? (scheme == .https ? 443 : 80)
        pathAndQuery = rest.hasPrefix("/") ? rest : "/" + rest
    }

    /// The canonical spelling. A query may hold a key: logs want ``textWithoutQuery``.
    public var text: String { origin + pathAndQuery }

    /// The canonical spelling up to the query, for logs and errors.
    public var textWithoutQuery: String {
        origin + pathAndQuery.prefix { $0 != "?" }
    }

    /// The host as an address, if it is written as one.
    public var address: IPAddress? { IPAddress(canonical: host) }

    private var origin: String {
        let shownHost = host.contains(":") ? "[\(host)]" : host
        let defaultPort = scheme == .https ? 443 : 80
        return "\(scheme.rawValue)://\(shownHost)" + (port == defaultPort ? "" : ":\(port)")
    }

    private static func hostAndPort(_ authority: ArraySlice<UInt8>) throws(DestinationError) -> (String, Int?) {
        let host: String
        let afterHost: ArraySlice<UInt8>
        if authority.first == UInt8(ascii: "[") {
            guard let bracket = authority.firstIndex(of: UInt8(ascii: "]")) else { throw .invalidHost }
            host = String(decoding: authority[authority.startIndex + 1..<bracket], as: UTF8.self).lowercased()
            afterHost = authority[(bracket + 1)...]
            guard host.contains(":"), IPAddress(canonical: host) != nil else { throw .addressNotCanonical }
        } else {
            let colon = authority.firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex
            host = String(decoding: authority[..<colon], as: UTF8.self).lowercased()
            afterHost = authority[colon...]
            try checkName(host)
        }
        guard let colon = afterHost.first else { return (host, nil) }
        guard colon == UInt8(ascii: ":"), let port = canonicalPort(afterHost.dropFirst()) else { throw .invalidPort }
        return (host, port)
    }

    private static func checkName(_ name: String) throws(DestinationError) {
        guard !name.isEmpty else { throw .noHost }
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        // An empty label is also what a trailing dot leaves behind.
        guard name.utf8.count <= 253, labels.allSatisfy(isLabel) else { throw .invalidHost }
        // A name that ends in a number is read as an address by some resolvers (`127.1`, `2130706433`, `0x7f.1`).
        guard let last = labels.last, looksLikeNumber(last) else { return }
        guard IPAddress(canonical: name) != nil else { throw .addressNotCanonical }
    }

    private static func canonicalPort(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...5).contains(digits.count), digits.allSatisfy(isDigit), digits.first != UInt8(ascii: "0"),
            let port = Int(String(decoding: digits, as: UTF8.self)), port <= 65_535
        else { return nil }
        return port
    }
}

/// Why a text is no ``Destination``.
public enum DestinationError: String, Error, CaseIterable, Sendable {
    case tooLong = "too_long"
    /// A byte outside RFC 3986, which includes white space, control characters and everything beyond ASCII.
    case invalidCharacter = "invalid_character"
    case fragment
    case unsupportedScheme = "unsupported_scheme"
    case userInformation = "user_information"
    case noHost = "no_host"
    case invalidHost = "invalid_host"
    /// An address in a spelling of its own, such as `127.1`, `0x7f.0.0.1`, `2130706433` or `[0:0:0:0:0:0:0:1]`.
    case addressNotCanonical = "address_not_canonical"
    case invalidPort = "invalid_port"
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

private func isHexDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
}

private func isURLByte(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) && !#""<>\^`{|}"#.utf8.contains(byte)
}

private func isPathAndQuery(_ bytes: ArraySlice<UInt8>) -> Bool {
    for index in bytes.indices {
        switch bytes[index] {
        case UInt8(ascii: "["), UInt8(ascii: "]"):
            return false
        case UInt8(ascii: "%"):
            guard index + 2 < bytes.endIndex, isHexDigit(bytes[index + 1]), isHexDigit(bytes[index + 2]) else {
                return false
            }
        default:
            continue
        }
    }
    return true
}

/// Letters, digits, hyphens inside, and underscores: not a host name's, but names of containers have them.
private func isLabel(_ label: Substring.UTF8View.SubSequence) -> Bool {
    let hyphen = UInt8(ascii: "-")
    return (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
        && label.allSatisfy {
            isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == hyphen
                || $0 == UInt8(ascii: "_")
        }
}

private func looksLikeNumber(_ label: Substring.UTF8View.SubSequence) -> Bool {
    if label.allSatisfy(isDigit) { return true }
    return label.starts(with: "0x".utf8) && label.dropFirst(2).allSatisfy(isHexDigit)
}
