/// Under what a password grant is counted: its user name and its source, both as tags, and its app.
public struct ThrottlePlace: Hashable, Sendable {
    /// One name or source under the tag keys of two epochs: what is new counts under the current one, and what was
    /// counted under the previous one still counts.
    public struct Tags: Hashable, Sendable {
        public var current: Bytes16
        public var previous: Bytes16?

        public init(current: Bytes16, previous: Bytes16? = nil) {
            self.current = current
            self.previous = previous == current ? nil : previous
        }

        var all: [Bytes16] { previous.map { [current, $0] } ?? [current] }
    }

    public var app: AppID
    public var user: Tags
    public var source: Tags
    /// Who may be known to the user, under the tags of each epoch that ``ThrottleLimits/knownForDays`` reaches back
    /// to: the source, and the key of a proof where there is one. The first ``maximumCallers`` are looked at.
    public var callers: [ThrottleCaller]

    /// Five epochs, two callers each.
    public static let maximumCallers = 10

    public init(app: AppID, user: Tags, source: Tags, callers: [ThrottleCaller]) {
        self.app = app
        self.user = user
        self.source = source
        self.callers = callers
    }
}

/// A user name and one who tries it: a source's tag, or the tag of a proof's key. Both tags are of the same epoch.
public struct ThrottleCaller: Hashable, Sendable {
    public var userTag: Bytes16
    public var caller: Bytes16

    public init(userTag: Bytes16, caller: Bytes16) {
        self.userTag = userTag
        self.caller = caller
    }

    /// Stands for a proof's key: the first 16 bytes of its thumbprint, which is a SHA-256 in base64url
    /// (RFC 7638; RFC 8705, section 3.1). Nil when it is not one.
    public static func tag(ofThumbprint thumbprint: String) -> Bytes16? {
        guard thumbprint.utf8.count == 43 else { return nil }
        var bits: UInt128 = 0
        for (index, character) in thumbprint.utf8.enumerated() {
            guard let value = base64URLValue(character) else { return nil }
            switch index {
            case ..<21: bits = bits << 6 | UInt128(value)
            case 21: bits = bits << 2 | UInt128(value >> 4)
            default: break
            }
        }
        return Bytes16(high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
    }
}

private func base64URLValue(_ character: UInt8) -> UInt8? {
    switch character {
    case 65...90: character - 65
    case 97...122: character - 71
    case 48...57: character + 4
    case 45: 62
    case 95: 63
    default: nil
    }
}
