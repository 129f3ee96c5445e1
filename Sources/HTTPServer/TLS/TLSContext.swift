internal import COpenSSLTLS

/// Owns one `SSL_CTX`: a certificate, its key, and the rules of the handshake.
///
/// Safe to share: nothing changes it after the initializer, and the library counts references atomically.
final class TLSContext: @unchecked Sendable {
    /// Forward secrecy and authenticated encryption; TLS 1.3 has nothing else.
    private static let cipherSuites = "ECDHE+AESGCM:ECDHE+CHACHA20"

    let certificateEnd: Int64
    private let pointer: OpaquePointer

    init(_ files: TLSIdentity.Files) throws(TLSError) {
        guard let pointer = SSL_CTX_new(TLS_server_method()) else { throw .libraryFailed("SSL_CTX_new") }
        do throws(TLSError) {
            try Self.harden(pointer)
            try Self.load(files, into: pointer)
            if let authorities = files.clientAuthorities { try Self.askClients(authorities, pointer) }
        } catch {
            ERR_clear_error()
            SSL_CTX_free(pointer)
            throw error
        }
        self.pointer = pointer
        certificateEnd = ledger_certificate_end(SSL_CTX_get0_certificate(pointer))
    }

    deinit { SSL_CTX_free(pointer) }

    /// A connection's side of the handshake, over a socket that stays the caller's.
    func session(over descriptor: Int32) -> TLSSession? {
        guard let session = SSL_new(pointer) else { return nil }
        guard SSL_set_fd(session, descriptor) == 1 else {
            SSL_free(session)
            return nil
        }
        SSL_set_accept_state(session)
        return TLSSession(taking: session)
    }

    private static func harden(_ pointer: OpaquePointer) throws(TLSError) {
        guard ledger_tls_set_minimum(pointer, TLS1_2_VERSION) == 1 else { throw .libraryFailed("minimum version") }
        guard SSL_CTX_set_cipher_list(pointer, cipherSuites) == 1 else { throw .libraryFailed("cipher suites") }
        _ = SSL_CTX_set_options(pointer, ledger_tls_options())
        // The output moves while it grows, and an idle connection should hold no buffers.
        ledger_tls_set_mode(
            pointer,
            Int(SSL_MODE_ENABLE_PARTIAL_WRITE) | Int(SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER)
                | Int(SSL_MODE_RELEASE_BUFFERS))
        ledger_tls_keep_no_sessions(pointer)
        SSL_CTX_set_alpn_select_cb(
            pointer,
            { _, chosen, length, offered, offeredLength, _ in
                chooseProtocol(chosen, length, offered, offeredLength)
            }, nil)
        // The library's default is to ask on the terminal, for ever.
        SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, _ in 0 }
    }

    private static func load(_ files: TLSIdentity.Files, into pointer: OpaquePointer) throws(TLSError) {
        guard SSL_CTX_use_certificate_chain_file(pointer, files.certificate) == 1 else {
            throw .certificateUnusable(path: files.certificate)
        }
        guard SSL_CTX_use_PrivateKey_file(pointer, files.privateKey, SSL_FILETYPE_PEM) == 1 else {
            // A key that fits no certificate is refused at once, as if it could not be read.
            throw ledger_tls_key_mismatches() != 0 ? .keyOfAnotherCertificate : .keyUnusable(path: files.privateKey)
        }
        guard SSL_CTX_check_private_key(pointer) == 1 else { throw .keyOfAnotherCertificate }
    }

    /// Every client is asked; what it shows is verified, and the verdict is kept for the handler.
    private static func askClients(_ authorities: String, _ pointer: OpaquePointer) throws(TLSError) {
        guard let names = SSL_load_client_CA_file(authorities), SSL_CTX_load_verify_file(pointer, authorities) == 1
        else { throw .clientAuthoritiesUnusable(path: authorities) }
        SSL_CTX_set_client_CA_list(pointer, names)
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER) { _, _ in 1 }
        // A resumed session would show a certificate whose key nobody has proved to hold now (RFC 8705, section 6.2).
        _ = SSL_CTX_set_options(pointer, ledger_tls_no_tickets())
        guard SSL_CTX_set_num_tickets(pointer, 0) == 1 else { throw .libraryFailed("SSL_CTX_set_num_tickets") }
    }
}

/// RFC 7301: HTTP/1.1 where the client names it; a client that names others only is told so by an alert.
private func chooseProtocol(
    _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ length: UnsafeMutablePointer<UInt8>?,
    _ offered: UnsafePointer<UInt8>?, _ offeredLength: UInt32
) -> Int32 {
    guard let chosen, let length, let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    var index = 0
    while index < Int(offeredLength) {
        let size = Int(offered[index])
        guard index + 1 + size <= Int(offeredLength) else { break }
        let name = UnsafeBufferPointer(start: offered + index + 1, count: size)
        if name.elementsEqual("http/1.1".utf8) {
            chosen.pointee = offered + index + 1
            length.pointee = UInt8(size)
            return SSL_TLSEXT_ERR_OK
        }
        index += 1 + size
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}
