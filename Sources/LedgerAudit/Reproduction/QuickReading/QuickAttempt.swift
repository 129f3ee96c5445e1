internal import AuthorizationCore

/// The holes of an attempt.
struct QuickAttempt {
    var consulted: Int64 = 0
    var extraInfoSealed: SealedValue?
    var startedAt = Timestamp()
    var subjectReference: SubjectReference?
    var tookMicroseconds: Int64 = 0

    /// Walks over the members and the closing brace.
    init(_ walker: inout LeafWalker) {
        walker.literal("\"asked\":")
        walker.flag()
        walker.literal(",\"consulted\":")
        consulted = walker.integer()
        walker.literal(",\"dropped\":[")
        walker.texts()
        walker.literal(",\"extra_info\":\"")
        walker.text()
        walker.literal("\"")
        if walker.has(",\"extra_info_sealed\":{") { extraInfoSealed = walker.sealedValue() }
        if walker.has(",\"failure\":\"") {
            walker.text()
            walker.literal("\"")
        }
        walker.literal(",\"identity\":\"")
        walker.text()
        walker.literal("\",\"ordinal\":")
        walker.number()
        if walker.has(",\"outcome\":\"") {
            walker.text()
            walker.literal("\"")
        }
        walker.literal(",\"revision\":")
        walker.number()
        if walker.has(",\"skipped\":\"") {
            walker.text()
            walker.literal("\"")
        }
        walker.literal(",\"started_at\":\"")
        startedAt = walker.time()
        walker.literal("\"")
        if walker.has(",\"status\":") { walker.number() }
        if walker.has(",\"subject_kind\":\"") {
            walker.text()
            walker.literal("\"")
        }
        if walker.has(",\"subject_new\":") { walker.flag() }
        if walker.has(",\"subject_ref\":\"ref_") {
            subjectReference = walker.identifier()
            walker.literal("\"")
        }
        walker.literal(",\"took_us\":")
        tookMicroseconds = walker.integer()
        walker.literal(",\"via\":[")
        walker.texts()
        if walker.has(",\"vouched\":{") { Self.passVouched(&walker) }
        walker.literal("}")
    }

    private static func passVouched(_ walker: inout LeafWalker) {
        if walker.has("\"acr\":\"") {
            walker.text()
            walker.literal("\"")
            if walker.has("}") { return }
            walker.literal(",")
        }
        if walker.has("\"amr\":[") { walker.texts() }
        // Anything else is rare: it does not fit.
        walker.literal("}")
    }

    /// When the answer was there.
    var endedAt: Timestamp { Timestamp(microseconds: startedAt.microseconds + tookMicroseconds) }
}
