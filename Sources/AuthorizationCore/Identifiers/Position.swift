/// A place in the log: the first event stands at 0, and there are no gaps.
///
/// Where a decision or proposal says what it `consulted`, the position is the number of events that its state had
/// folded: everything below it, nothing at or above it.
public struct Position: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    public var value: Int64

    public init(_ value: Int64) { self.value = value }
    public init(integerLiteral value: Int64) { self.value = value }

    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
    public func advanced(by count: Int) -> Position { Position(value + Int64(count)) }
    public var description: String { "\(value)" }
}

/// An event that another one names: by its place in the log, or, until the writer has given places, by its index in
/// the same append, or as the first event of the admission on which the append stands.
public enum EventReference: Hashable, Sendable {
    case position(Position)
    case inThisAppend(Int)
    case admission

    /// The place, once the append starts at `first` and what it was admitted with at `admission`.
    public func placed(at first: Position, admission: Position?) -> EventReference {
        switch self {
        case .position: self
        case .admission: admission.map { .position($0) } ?? self
        case .inThisAppend(let index): .position(first.advanced(by: index))
        }
    }

    /// The place, or nil while the writer has given none.
    public var position: Position? {
        switch self {
        case .position(let position): position
        case .inThisAppend, .admission: nil
        }
    }
}
