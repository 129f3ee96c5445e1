/// Why a request was refused before a handler saw it. After any of these the connection ends, because where the
/// next request starts is not certain any more.
package enum RequestRefusal: Error, CaseIterable, Sendable {
    case malformedRequestLine
    case malformedTarget
    case targetTooLong
    case unsupportedVersion
    case headTooLarge
    case tooManyFields
    case malformedField
    case invalidHost
    case ambiguousLength
    case unsupportedTransferCoding
    case unsupportedExpectation
    case bodyTooLarge
    case malformedChunk
    case trailersTooLarge

    /// What the client is told.
    package var status: Int {
        switch self {
        case .malformedRequestLine, .malformedTarget, .malformedField, .invalidHost, .ambiguousLength, .malformedChunk:
            400
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .unsupportedExpectation: 417
        case .headTooLarge, .tooManyFields, .trailersTooLarge: 431
        case .unsupportedTransferCoding: 501
        case .unsupportedVersion: 505
        }
    }
}
