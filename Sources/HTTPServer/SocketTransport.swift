internal import CSystem
internal import Glibc

/// The one place that moves a connection's bytes.
///
/// TLS belongs behind these five functions: a handshake before the first ``receive(into:)``, reading until the
/// library has nothing buffered (the poller does not see that), and `finishWriting` as close_notify.
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

    /// The client's certificate (DER); plain TCP has none.
    var peerCertificate: [UInt8]? { nil }

    func receive(into bytes: UnsafeMutableRawBufferPointer) -> Outcome {
        let count = ledger_receive(descriptor, bytes.baseAddress, bytes.count)
        return count == 0 ? .ended : Self.outcome(count)
    }

    func send(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        Self.outcome(ledger_send(descriptor, bytes.baseAddress, bytes.count))
    }

    func finishWriting() {
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
