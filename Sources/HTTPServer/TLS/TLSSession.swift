internal import COpenSSLTLS

/// Owns one `SSL`: the TLS side of a connection, from the handshake on. It never leaves its loop's thread.
///
/// The handshake is part of the first ``receive(into:)``, so the deadline of the first request's head covers it.
final class TLSSession {
    private let pointer: OpaquePointer
    /// Reading goes on when the socket takes bytes: the library has to answer something first.
    private(set) var readNeedsWritable = false
    /// Sending goes on when the socket has bytes.
    private(set) var writeNeedsReadable = false
    private(set) var isHandshaking = true
    private var isBroken = false

    init(taking pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { SSL_free(pointer) }

    /// The client's certificate (DER), whose private key the handshake has shown the client to hold.
    private(set) lazy var peerCertificate: [UInt8]? = {
        guard let certificate = SSL_get0_peer_certificate(pointer) else { return nil }
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = i2d_X509(certificate, &bytes)
        guard count > 0, let bytes else { return nil }
        defer { CRYPTO_free(bytes, "", 0) }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }()

    /// Whether a client authority of ours vouches for ``peerCertificate``.
    var peerCertificateIsVerified: Bool {
        SSL_get0_peer_certificate(pointer) != nil && SSL_get_verify_result(pointer) == Int(X509_V_OK)
    }

    /// `bytes` must have room for a whole record, 16,384 bytes: what is left in the library, no poller sees. The
    /// library takes one record at a time from the socket, unless it is told to read ahead.
    func receive(into bytes: UnsafeMutableRawBufferPointer) -> SocketTransport.Outcome {
        guard !isBroken else { return .failed }
        ERR_clear_error()
        readNeedsWritable = false
        if isHandshaking {
            let result = SSL_do_handshake(pointer)
            guard result == 1 else { return whyNotRead(result) }
            isHandshaking = false
        }
        var count = 0
        let result = SSL_read_ex(pointer, bytes.baseAddress, bytes.count, &count)
        return result == 1 ? .moved(count) : whyNotRead(result)
    }

    private func whyNotRead(_ result: Int32) -> SocketTransport.Outcome {
        switch SSL_get_error(pointer, result) {
        case SSL_ERROR_ZERO_RETURN: return .ended
        case SSL_ERROR_WANT_READ: return .wouldBlock
        case SSL_ERROR_WANT_WRITE:
            readNeedsWritable = true
            return .wouldBlock
        default: return fail()
        }
    }

    func send(_ bytes: UnsafeRawBufferPointer) -> SocketTransport.Outcome {
        guard !isBroken else { return .failed }
        ERR_clear_error()
        var count = 0
        let result = SSL_write_ex(pointer, bytes.baseAddress, bytes.count, &count)
        writeNeedsReadable = false
        guard result != 1 else { return .moved(count) }
        switch SSL_get_error(pointer, result) {
        case SSL_ERROR_WANT_WRITE: return .wouldBlock
        case SSL_ERROR_WANT_READ:
            writeNeedsReadable = true
            return .wouldBlock
        default: return fail()
        }
    }

    /// Says that no more will be sent (close_notify), so that the client can tell the end from a cut.
    func finishWriting() {
        guard !isBroken, !isHandshaking else { return }
        ERR_clear_error()
        _ = SSL_shutdown(pointer)
        ERR_clear_error()
    }

    /// The library forbids every further call after such an error.
    private func fail() -> SocketTransport.Outcome {
        isBroken = true
        ERR_clear_error()
        return .failed
    }
}
