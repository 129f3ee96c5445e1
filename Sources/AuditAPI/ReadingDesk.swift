public import AuthorizationCore
public import HTTPMessages

/// What the audit API asks of the service that it is mounted in: it neither knows operators nor appends.
public protocol ReadingDesk: Sendable {
    /// The auditor who asks, and what was consulted to know him.
    func auditor(of request: HTTPRequest) -> Result<Auditor, RefusedReading>

    /// Records a reading before its answer leaves; returns what to answer instead when that was not possible.
    func record(_ reading: AuditRead, terms: String, by auditor: Auditor) async -> HTTPResponse?

    /// An error in the form of the service's others.
    func problem(status: Int, title: String, reason: String, fields: [String], headers: HTTPFields) -> HTTPResponse
}

public struct Auditor: Sendable {
    public var id: OperatorID
    public var consulted: Position

    public init(id: OperatorID, consulted: Position) {
        self.id = id
        self.consulted = consulted
    }
}

/// Nobody who may read.
public struct RefusedReading: Error {
    public var answer: HTTPResponse

    public init(answer: HTTPResponse) {
        self.answer = answer
    }
}
