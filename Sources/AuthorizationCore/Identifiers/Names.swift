/// The name of a thing: 1 to 64 of `A-Z a-z 0-9 space . _ -`.
public struct Name: TextValue, Hashable, Comparable {
    public let text: String

    public init?(text: String) {
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy(isNameCharacter) else { return nil }
        self.text = text
    }

    /// An empty name, which stands only in values that are about to be read.
    public init() { text = "" }

    public static var textForm: TextForm { .pattern("^[A-Za-z0-9 ._-]{1,64}$") }
    public static var example: Name { Name(text: "accounts") ?? Name() }
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

extension Name {
    /// What a reader takes two names for one by: they are alike when they differ only in case, or in spaces at an end
    /// or after one another.
    public var likeness: String {
        text.lowercased().split(separator: " ").joined(separator: " ")
    }

    /// Whether one of these is this name, or cannot be told from it by reading.
    func isAlike(_ others: some Sequence<Name>) -> Bool {
        let likeness = likeness
        return others.contains { $0 == self || $0.likeness == likeness }
    }
}

private func isNameCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, 32, 45, 46, 95: true
    default: false
    }
}

/// The name of an environment: a lower-case letter, then up to 31 of `a-z 0-9 -`, and no word that is a path of ours.
public struct EnvironmentName: TextValue, Hashable, Comparable {
    public let text: String

    public static let reserved: Set<String> = [
        "manager", "ledger", "audit", "console", "healthz", "readyz", "metrics",
    ]

    public init?(text: String) {
        guard let first = text.utf8.first, (97...122).contains(first), text.utf8.count <= 32,
            text.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }),
            !Self.reserved.contains(text)
        else { return nil }
        self.text = text
    }

    /// An empty name, which stands only in values that are about to be read.
    public init() { text = "" }

    public static var textForm: TextForm { .pattern("^[a-z][a-z0-9-]{0,31}$") }
    public static var example: EnvironmentName { EnvironmentName(text: "prod") ?? EnvironmentName() }
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}
