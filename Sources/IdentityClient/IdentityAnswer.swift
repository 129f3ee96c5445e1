/// What came of asking an Identity. What it means is for the decision to say (D-4).
public struct IdentityAnswer: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
        /// A whole, well-formed HTTP answer with a status of 200 to 599. A redirect is such an answer: it is reported
        /// with its status and never followed. `body` holds at most 65,536 bytes.
        case answered(status: Int, contentType: String?, body: [UInt8])
        case failed(IdentityCallFailure)
    }

    public var outcome: Outcome
    /// From the moment that the caller asked.
    public var tookMicroseconds: Int64
}

/// Why a call brought no answer. Raw values are recorded in the log and never change.
public enum IdentityCallFailure: String, Error, CaseIterable, Sendable {
    case timeout
    case dnsFailed = "dns_failed"
    case connectFailed = "connect_failed"
    case tlsFailed = "tls_failed"
    /// The policy forbids the destination, or every address that its name has. No byte was sent.
    case destinationRefused = "destination_refused"
    /// The connection ended before the answer did, or its chunks could not be read. Whether the Identity has seen the
    /// request is unknown, so it is not sent again.
    case connectionLost = "connection_lost"
    case answerTooLarge = "answer_too_large"
    case answerMalformed = "answer_malformed"
    /// This process stopped before the answer came.
    case cancelledAtStop = "cancelled_at_stop"
    /// This process lacked memory or descriptors, or could not use the registered certificates.
    case callNotMade = "call_not_made"

    /// Whether the reason lies with us. Such a failure says nothing about the Identity and must not let a login pass
    /// on to an older one.
    public var isOurs: Bool {
        switch self {
        case .destinationRefused, .cancelledAtStop, .callNotMade:
            true
        case .timeout, .dnsFailed, .connectFailed, .tlsFailed, .connectionLost, .answerTooLarge, .answerMalformed:
            false
        }
    }
}
