internal import AuthorizationCore

/// What may still be kept at a moment, and what not.
struct RetentionRule: Equatable {
    let unrecognisedDays: Int64
    let tagDays: Int64

    init(_ ledger: LedgerFacts) {
        unrecognisedDays = max(0, ledger.unrecognisedRetentionDays ?? defaultUnrecognisedRetentionDays)
        tagDays = max(0, ledger.tagRetentionDays ?? defaultTagRetentionDays)
    }

    /// The last day whose vault has had its time: so many whole days have passed since it ended.
    func lastDay(at now: Timestamp) -> Int64 { now.day - 1 - unrecognisedDays }

    /// The first epoch whose tag key is kept. An epoch is as old as its first day, so that no tag can be recomputed when
    /// its own retention is over. The key in use and the one before it stay in any case: throttles count under both.
    func firstTagEpoch(at now: Timestamp) -> Int64 {
        let epoch = now.day / GuessTags.epochDays
        // Kept are the epochs e that began less than `tagDays` days ago: 7 e > today − tagDays.
        let first = max(0, now.day - tagDays) / GuessTags.epochDays + 1
        return min(first, epoch - 1)
    }
}
