internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog

/// The review of a pack's period, of the environments that its question names. It opens nothing and looks at no other file,
/// so that it is the same whoever makes it.
struct PackReview {
    private let environments: [String]
    private let range: Range<Int64>

    init(_ question: HistoryFilter, _ range: Range<Int64>) {
        environments = question.environments.map(\.text).sorted()
        self.range = range
    }

    /// Writes it, and returns the names of its files.
    func write(
        _ reader: any LedgerReader, _ files: PackFiles, _ progress: (Int64, Int64) -> Void
    ) throws(ExportFault) -> [String] {
        let report: ReviewReport
        do throws(AuditError) {
            let last = Position(range.upperBound - 1)
            var review = Review(from: .position(Position(range.lowerBound)), to: .position(last))
            review.environments = environments
            // What had not ended then is under way, whatever was recorded since.
            review.inUseAt = try reader.decodedEvent(at: last).recordedAt
            report = try review.run(reader, progress: progress)
        } catch {
            throw .proof(.audit(error))
        }
        try files.add("review/review.html", Array(report.html.utf8))
        try files.add("review/review.json", JSON.indented(report.json))
        try files.add("review/review.md", Array(report.markdown.utf8))
        return ["review/review.html", "review/review.json", "review/review.md"]
    }
}
