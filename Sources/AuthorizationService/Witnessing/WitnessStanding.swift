internal import AuthorizationCore
internal import EventLog

/// How the service stands with one witness.
struct WitnessStanding: Sendable {
    static let firstPauseInSeconds: Int64 = 2
    static let longestPauseInSeconds: Int64 = 300

    let witness: WitnessPolicy.Witness
    /// Where to post; nil for a witness that is not asked.
    let url: String?
    /// What the witness is thought to have cosigned last; it says so itself when that is wrong.
    var knownSize: UInt64 = 0
    /// What it cosigned last, for us and verified.
    var cosignedSize: Int64 = 0
    /// What it says it cosigned, if that is more than this log has.
    var sizeAhead: UInt64?
    var failures: Int64 = 0
    /// Failures since it last cosigned.
    private(set) var failuresInARow = 0
    private var notBefore = Timestamp()

    init(_ witness: WitnessPolicy.Witness) throws(WitnessSetupError) {
        self.witness = witness
        guard var url = witness.url else {
            self.url = nil
            return
        }
        while url.hasSuffix("/") { url.removeLast() }
        guard url.hasPrefix("http://") || url.hasPrefix("https://"), !url.contains("?"), !url.contains("#") else {
            throw .badURL(witness: witness.name)
        }
        self.url = url + "/add-checkpoint"
    }

    func isDue(_ size: Int64, at now: Timestamp) -> Bool {
        cosignedSize < size && now >= notBefore
    }

    mutating func succeeded(at size: Int64) {
        cosignedSize = max(cosignedSize, size)
        knownSize = max(knownSize, UInt64(size))
        sizeAhead = nil
        failuresInARow = 0
        notBefore = Timestamp()
    }

    /// Waits twice as long after each failure. Returns whether it is the first since the witness last cosigned.
    mutating func failed(at now: Timestamp) -> Bool {
        failures += 1
        failuresInARow += 1
        let pause = Self.firstPauseInSeconds << Int64(min(failuresInARow - 1, 16))
        notBefore = now.advanced(bySeconds: min(pause, Self.longestPauseInSeconds))
        return failuresInARow == 1
    }
}
