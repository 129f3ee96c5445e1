internal import HTTPMessages
internal import Threads

/// How a connection gets from a request to its answer and on to the next request.
extension EventLoop {
    /// Does what can be done with what has arrived, and waits for the rest.
    ///
    /// Requests of one connection are handled one after the other: a pipelining client gets its answers in order.
    func advance(_ connection: Connection) {
        while connection.isReadingRequest {
            do throws(RequestRefusal) {
                guard let (head, body) = try connection.reader.next() else {
                    waitForMore(connection)
                    break
                }
                begin(head, body, on: connection)
            } catch {
                refuse(connection, status: error.status)
            }
        }
        watch(connection)
    }

    /// Enters the phase that fits what is there of the next request. A phase's deadline is set once, at its start.
    private func waitForMore(_ connection: Connection) {
        guard !connection.peerHasEnded else { return close(connection) }
        if connection.reader.takeContinue() {
            connection.write { $0 += ResponseWriter.continueResponse }
            flush(connection)
        }
        switch (connection.reader.progress, connection.phase) {
        case (.idle, _) where isStopping && connection.phase == .idle:
            close(connection)
        case (.idle, .opening), (.idle, .idle), (.head, .head), (.body, .body), (_, .closed):
            break
        case (.idle, _):
            enter(.idle, deadline: configuration.idleDeadline, connection)
        case (.head, .opening):
            connection.phase = .head
        case (.head, _):
            enter(.head, deadline: configuration.headDeadline, connection)
        case (.body, _):
            enter(.body, deadline: configuration.bodyDeadline, connection)
        }
    }

    private func enter(_ phase: Connection.Phase, deadline milliseconds: Int, _ connection: Connection) {
        connection.phase = phase
        connection.deadline = deadline(in: milliseconds)
    }

    private func begin(_ head: RequestHead, _ body: [UInt8], on connection: Connection) {
        let exchange = Exchange(
            method: head.method, path: head.target.path, requestBodySize: body.count, closes: head.closes,
            source: connection.source, receivedAt: wallClockMicroseconds(), startedAt: now)
        guard shared.slots.take() else {
            counters.withLock { $0.refusalsByStatus[503, default: 0] += 1 }
            return answer(exchange, .refusal(503, fields: ["Retry-After": "1"]), on: connection)
        }
        connection.phase = .handling
        connection.deadline = Connection.noDeadline
        let request = HTTPRequest(
            method: head.method, target: head.target, fields: head.fields, body: body, source: connection.source,
            peerCertificate: connection.transport.session?.peerCertificate,
            peerCertificateIsVerified: connection.transport.session?.peerCertificateIsVerified ?? false,
            receivedAt: exchange.receivedAt)
        handle(request, exchange, on: connection)
    }

    /// Brings a handler's answer to its connection, if that is still there.
    func deliver(_ result: Answer) {
        let connection = connection(result.descriptor, result.generation)
        answer(result.exchange, result.response, on: connection)
        if let connection { advance(connection) }
    }

    /// Answers what no handler has seen, once, and ends the connection.
    func refuse(_ connection: Connection, status: Int) {
        counters.withLock { $0.refusalsByStatus[status, default: 0] += 1 }
        let requested = connection.reader.requested
        let exchange = Exchange(
            method: requested?.method ?? "", path: requested?.target.path ?? "", requestBodySize: 0, closes: true,
            source: connection.source, receivedAt: wallClockMicroseconds(), startedAt: now)
        configuration.onRefusal(
            RefusedRequest(
                status: status, method: exchange.method, pathSegments: requested?.target.pathSegments,
                source: exchange.source, refusedAt: exchange.receivedAt))
        answer(exchange, .refusal(status), on: connection)
    }

    private func answer(_ exchange: Exchange, _ proposed: HTTPResponse, on connection: Connection?) {
        let response = proposed.isWellFormed ? proposed : .refusal(500)
        counters.withLock { $0.answersByStatusClass[response.status / 100] += 1 }
        configuration.onAccess(
            AccessRecord(
                method: exchange.method, path: exchange.path, status: response.status,
                requestBodySize: exchange.requestBodySize, responseBodySize: response.body.count,
                duration: Int64((now - exchange.startedAt) / 1_000), receivedAt: exchange.receivedAt,
                source: exchange.source, clientLeft: connection == nil))
        guard let connection else { return }
        let closes = exchange.closes || isStopping
        let date = dateFieldValue()
        connection.write { output in
            ResponseWriter.append(
                response, isHead: exchange.method == "HEAD", date: date, closes: closes, to: &output)
        }
        enter(.writing(closes: closes), deadline: configuration.writeDeadline, connection)
        flush(connection)
    }

    /// Sends what waits to be sent; when an answer has left completely, its exchange is over.
    func flush(_ connection: Connection) {
        guard connection.hasOutput else { return }
        guard let count = connection.sendOutput() else { return close(connection) }
        counters.withLock { $0.bytesSent += count }
        guard !connection.hasOutput, case .writing(let closes) = connection.phase else { return }
        guard closes else { return enter(.idle, deadline: configuration.idleDeadline, connection) }
        connection.transport.finishWriting()
        guard !connection.peerHasEnded else { return close(connection) }
        enter(.lingering, deadline: configuration.lingerDeadline, connection)
    }
}

extension HTTPResponse {
    /// The server's own answer to what no handler sees or can answer.
    static func refusal(_ status: Int, fields: HTTPFields = [:]) -> HTTPResponse {
        let code: StaticString =
            switch status {
            case 503: #"{"error":"temporarily_unavailable"}"#
            case 500: #"{"error":"server_error"}"#
            default: #"{"error":"invalid_request"}"#
            }
        var fields = fields
        fields.append("Cache-Control", "no-store")
        return .json(
            [UInt8](UnsafeBufferPointer(start: code.utf8Start, count: code.utf8CodeUnitCount)), status: status,
            fields: fields)
    }
}
