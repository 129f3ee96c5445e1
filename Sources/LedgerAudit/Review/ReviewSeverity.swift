/// How much a finding of a review matters.
public enum ReviewSeverity: String, CaseIterable, Sendable, Comparable {
    /// A door stands open, or the record is not whole: mend it now.
    case breach
    /// A weakness: somebody must mend it, or say why it stays.
    case warning
    /// Nothing is wrong by itself, and a reviewer has to know it.
    case notice

    private var rank: Int {
        switch self {
        case .breach: 0
        case .warning: 1
        case .notice: 2
        }
    }

    /// The graver one comes first.
    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}
