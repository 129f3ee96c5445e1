public import AuthorizationCore
internal import EventLog

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

    /// What a read gives; that it fails is a finding about what was to be read.
    @discardableResult
    mutating func reading<Output>(_ what: String, _ read: () throws(StoreError) -> Output) -> Output? {
        do throws(StoreError) {
            return try read()
        } catch {
            switch error {
            case .damaged(let position, let fact): add(.damage, at: position, "The event was changed: \(fact).")
            case .missing(let position): add(.damage, at: position, "The event is missing.")
            case .unreadable(let reason): add(.damage, "\(what) could not be read: \(reason).")
            case .closed: add(.damage, "\(what) could not be read: the ledger was closed.")
            }
            return nil
        }
    }

    /// By position, those without one last.
    var sorted: [Finding] {
        list.enumerated().sorted { left, right in
            let (first, second) = (left.element.position?.value ?? .max, right.element.position?.value ?? .max)
            return (first, left.offset) < (second, right.offset)
        }.map(\.element)
    }
}
