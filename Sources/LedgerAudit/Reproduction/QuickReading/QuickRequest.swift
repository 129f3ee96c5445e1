internal import AuthorizationCore

/// The holes of a token request. What no decision reads (tags, the sealed name and source, the size) is checked for its
/// form and left out.
struct QuickRequest {
    var app: AppID?
    var consulted: Int64 = 0
    var throttle: ThrottleReading?

    init() {}

    /// Walks over the members and the closing brace.
    init(_ walker: inout LeafWalker) {
        walker.literal("\"asked\":{\"bytes\":")
        _ = walker.integer()
        walker.literal(",\"fields\":[")
        walker.texts()
        walker.literal(",\"media\":\"")
        walker.text()
        walker.literal("\",\"other_fields\":")
        walker.number()
        if walker.has(",\"resource\":[") { walker.texts() }
        if walker.has(",\"scope\":[") { walker.texts() }
        walker.literal("},\"client\":{")
        if walker.has("\"app\":\"app_") {
            app = walker.identifier()
            walker.literal("\",")
        }
        if walker.has("\"credential\":\"crd_") {
            let _: CredentialID = walker.identifier()
            walker.literal("\",")
        }
        walker.literal("\"method\":\"")
        walker.text()
        walker.literal("\"},\"consulted\":")
        consulted = walker.integer()
        walker.literal(",\"engine\":")
        walker.number()
        walker.literal(",\"environment\":\"")
        walker.text()
        if walker.has("\",\"fault\":\"") { walker.text() }
        walker.literal("\",\"grant\":\"")
        walker.text()
        walker.literal("\",\"received_at\":\"")
        _ = walker.time()
        walker.literal("\"")
        if walker.has(",\"source\":{") { walker.skipSealedValue() }
        if walker.has(",\"source_tag\":\"") {
            walker.skipHexadecimal(32)
            walker.literal("\"")
        }
        if walker.has(",\"tag_epoch\":") { _ = walker.integer() }
        if walker.has(",\"throttle\":{\"app\":{\"failures\":") {
            var reading = ThrottleReading()
            reading.app.failures = walker.integer()
            walker.literal(",\"in_flight\":")
            reading.app.inFlight = walker.integer()
            walker.literal("},\"budget\":\"")
            walker.text()
            walker.literal("\",\"failures\":")
            reading.failures = walker.integer()
            walker.literal(",\"in_flight\":")
            reading.inFlight = walker.integer()
            walker.literal("}")
            throttle = reading
        }
        if walker.has(",\"user_name\":{") { walker.skipSealedValue() }
        if walker.has(",\"user_tag\":\"") {
            walker.skipHexadecimal(32)
            walker.literal("\"")
        }
        walker.literal("}")
    }
}
