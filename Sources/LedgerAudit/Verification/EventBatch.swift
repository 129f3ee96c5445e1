internal import AuthorizationCore
internal import EventLog

/// Some events in a row, copied out of the store with the sealed records filed under them, to be checked elsewhere.
struct EventBatch: Sendable {
    static let maximumEvents = 1_024
    static let maximumBytes = 4 << 20

    /// Where this batch stands among all.
    let number: Int
    let first: Int64
    private(set) var bytes: [UInt8] = []
    /// Where each event ends in ``bytes``.
    private(set) var ends: [Int] = []
    var sealed: [SealedCopy] = []

    struct SealedCopy: Sendable {
        let row: SealedRow
        let bytes: [UInt8]
    }

    init(number: Int, first: Int64) {
        self.number = number
        self.first = first
    }

    var isFull: Bool { ends.count >= Self.maximumEvents || bytes.count >= Self.maximumBytes }
    var isEmpty: Bool { ends.isEmpty }
    var range: Range<Int64> { first..<first + Int64(ends.count) }

    mutating func append(_ body: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: body)
        ends.append(bytes.count)
    }

    /// Lends each event's bytes in order.
    func lendEach(_ body: (Int64, UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { bytes in
            var start = 0
            for (index, end) in ends.enumerated() {
                body(first + Int64(index), UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                start = end
            }
        }
    }
}

/// What a batch says, as far as it can be said without knowing the events before it.
struct BatchResult: Sendable {
    let number: Int
    var findings = Findings()
    var firstRecordedAt: Timestamp?
    var lastRecordedAt: Timestamp?
    var steps: [DecisionStep] = []
    /// Events that change the estate or destroy vaults, decoded.
    var decoded: [Event] = []
    /// Events that are none, so that nothing can be said of what they would have said.
    var unread: Set<Int64> = []
    var sealedWhole = 0
    var sealedMissing: [MissingSeal] = []

    /// What an event means to the decision that it belongs to.
    struct DecisionStep: Sendable {
        enum Kind: Sendable, Equatable {
            case requested
            /// `holdsRequest`: there was no `token.requested`, the facts stand in the refusal.
            case ended(holdsRequest: Bool)
        }

        let decision: DecisionID
        let position: Position
        let recordedAt: Timestamp
        let kind: Kind
    }

    struct MissingSeal: Sendable {
        let position: Position
        let field: String
        let vault: VaultID
    }
}
