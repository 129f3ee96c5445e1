public import AuthorizationCore

/// One thing that an audit has to say about a ledger.
public struct Finding: Equatable, Sendable {
    public enum Severity: String, CaseIterable, Sendable {
        /// The record is not what it was: bytes, order, tree, signatures or sealed values.
        case damage
        /// The record stands, but something in it must be looked at.
        case finding
        /// Something that a cache says differs from the record; it can be rebuilt.
        case cache
    }

    public var severity: Severity
    /// The event that it is about, where it is about one.
    public var position: Position?
    /// One plain sentence.
    public var sentence: String

    public init(_ severity: Severity, at position: Position? = nil, _ sentence: String) {
        self.severity = severity
        self.position = position
        self.sentence = sentence
    }
}

/// Findings of one run, of which no more are kept than anybody would read.
struct Findings: Sendable {
    /// A ledger with more than this is looked at no further.
    static let maximumCount = 1_000

    private(set) var list: [Finding] = []

    var areTooMany: Bool { list.count >= Self.maximumCount }

    mutating func add(_ severity: Finding.Severity, at position: Position? = nil, _ sentence: String) {
        guard !areTooMany else { return }
        list.append(Finding(severity, at: position, sentence))
    }

    mutating func add(_ others: Findings) {
        list += others.list.prefix(Self.maximumCount - list.count)
    }

    /// By position, those without one last.
    var sorted: [Finding] {
        list.enumerated().sorted { left, right in
            let (first, second) = (left.element.position?.value ?? .max, right.element.position?.value ?? .max)
            return (first, left.offset) < (second, right.offset)
        }.map(\.element)
    }
}
