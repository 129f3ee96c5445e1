/// What a server has counted since its start; see ``Server/counters``.
public struct ServerCounters: Equatable, Sendable {
    public internal(set) var connectionsOpen = 0
    public internal(set) var connectionsAccepted = 0
    /// Closed at once: ``ServerConfiguration/maximumConnections`` was reached.
    public internal(set) var connectionsRefusedByTotal = 0
    /// Closed at once: ``ServerConfiguration/maximumConnectionsPerAddress`` was reached.
    public internal(set) var connectionsRefusedByAddress = 0
    /// Connections that ended in the middle of the TLS handshake.
    public internal(set) var failedHandshakes = 0
    /// Times that accepting paused because the system had no descriptors or memory left.
    public internal(set) var acceptPauses = 0

    public internal(set) var requestsInFlight = 0
    /// Answers by the first digit of their status: index 2 is 2xx.
    public internal(set) var answersByStatusClass = [Int](repeating: 0, count: 6)
    /// Requests that the server itself refused: by the parser, a deadline or a limit.
    public internal(set) var refusalsByStatus: [Int: Int] = [:]
    /// Connections closed by ``ServerConfiguration/writeDeadline``.
    public internal(set) var unreadAnswers = 0

    public internal(set) var bytesReceived = 0
    public internal(set) var bytesSent = 0

    mutating func add(_ other: ServerCounters) {
        connectionsOpen += other.connectionsOpen
        connectionsAccepted += other.connectionsAccepted
        connectionsRefusedByTotal += other.connectionsRefusedByTotal
        connectionsRefusedByAddress += other.connectionsRefusedByAddress
        failedHandshakes += other.failedHandshakes
        acceptPauses += other.acceptPauses
        requestsInFlight += other.requestsInFlight
        for index in answersByStatusClass.indices { answersByStatusClass[index] += other.answersByStatusClass[index] }
        refusalsByStatus.merge(other.refusalsByStatus, uniquingKeysWith: +)
        unreadAnswers += other.unreadAnswers
        bytesReceived += other.bytesReceived
        bytesSent += other.bytesSent
    }
}
