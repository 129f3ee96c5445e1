internal import CSystem
internal import Glibc

/// The one place that moves a connection's bytes, in clear or through TLS.
struct SocketTransport {
    enum Outcome {
        case moved(Int)
        /// Not now: wait until the poller says so.
        case wouldBlock
        /// The peer sends no more.
        case ended
        case failed
    }

    let descriptor: Int32
    /// Nil on a connection in clear.
    let session: TLSSession?

    func receive(into bytes: UnsafeMutableRawBufferPointer) -> Outcome {
        if let session { return session.receive(into: bytes) }
        let count = ledger_receive(descriptor, bytes.baseAddress, bytes.count)
        return count == 0 ? .ended : Self.outcome(count)
    }

    func send(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        if let session { return session.send(bytes) }
        return Self.outcome(ledger_send(descriptor, bytes.baseAddress, bytes.count))
    }

    func finishWriting() {
        session?.finishWriting()
        _ = ledger_finish_writing(descriptor)
    }

    func close() {
        _ = Glibc.close(descriptor)
    }

    private static func outcome(_ result: Int) -> Outcome {
        switch Int32(truncatingIfNeeded: -result) {
        case _ where result >= 0: .moved(result)
        case EAGAIN, EINTR: .wouldBlock
        default: .failed
        }
    }
}
