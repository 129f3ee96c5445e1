internal import AuthorizationCore

/// The holes of a refusal.
struct QuickRefusal {
    var attempts = QuickReferences()
    var consulted: Int64 = 0
    var request: QuickRequest?

    /// Walks over the members and the closing brace.
    init(_ walker: inout LeafWalker) {
        walker.literal("\"attempts\":[")
        walker.references(&attempts)
        walker.literal(",\"consulted\":")
        consulted = walker.integer()
        walker.literal(",\"decided_at\":\"")
        _ = walker.time()
        walker.literal("\",\"engine\":")
        walker.number()
        walker.literal(",\"error\":\"")
        walker.text()
        walker.literal("\",\"reason\":\"")
        walker.text()
        walker.literal("\"")
        if walker.has(",\"request\":{") { request = QuickRequest(&walker) }
        if walker.has(",\"retry_after\":") { walker.number() }
        walker.literal(",\"status\":")
        walker.number()
        walker.literal("}")
    }
}
