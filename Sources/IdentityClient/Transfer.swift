internal import CCurl
internal import Threads

/// What every transfer of one client shares. Touched by the client's thread alone, save for the constants.
final class TransferContext {
    let policy: DestinationPolicy
    let maximumIdleSeconds: Int
    let sockets = SocketTable()

    init(policy: DestinationPolicy, maximumIdleSeconds: Int) {
        self.policy = policy
        self.maximumIdleSeconds = maximumIdleSeconds
    }
}

/// Owns one libcurl easy handle and carries one call at a time through it.
///
/// Touched by the client's thread alone; libcurl calls back on that thread.
final class Transfer {
    let handle: CurlHandle
    let context: TransferContext
    private(set) var call: IdentityCall?

    private var beganAt: UInt64 = 0

    // What the callbacks found out about the call in hand.
    private(set) var head = AnswerHead()
    private(set) var body: [UInt8] = []
    private var failure: IdentityCallFailure?
    private var openedSockets: [Int32] = []
    private var hasRefusedAddress = false
    private var hasSent = false
    private var hasMetStaleConnection = false

    private var fields: UnsafeMutablePointer<curl_slist>?
    private var contentType: IdentityRequest.ContentType?

    init?(share: CurlHandle, certificateAuthority: String?, context: TransferContext) {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
        self.context = context
        let pointer = Unmanaged.passUnretained(self).toOpaque()
        guard configure(share: share, certificateAuthority: certificateAuthority),
            installTransferCallbacks(on: handle, transfer: pointer, context: context)
        else { return nil }
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(fields)
    }

    /// Readies the handle for a call. `false` when libcurl refuses; then ``finish(_:)`` is not called.
    func begin(_ call: IdentityCall, onFreshConnection: Bool = false) -> Bool {
        self.call = call
        head = AnswerHead()
        body = []
        failure = nil
        openedSockets = []
        hasRefusedAddress = false
        hasSent = false
        hasMetStaleConnection = false

        let request = call.request
        guard useFields(for: request.contentType) else { return false }
        let now = monotonicNanoseconds()
        if !onFreshConnection { beganAt = now }
        // At least 1: zero would mean "for ever".
        let remaining = max(1, request.effectiveTimeout - Int((now - beganAt) / 1_000_000))
        return all(
            ccurl_set_text(handle, CURLOPT_URL, request.destination.text),
            ccurl_set_long(handle, CURLOPT_TIMEOUT_MS, remaining),
            ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, remaining),
            ccurl_set_long(handle, CURLOPT_FRESH_CONNECT, onFreshConnection ? 1 : 0),
            ccurl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, request.body.count),
            // Not copied: the call holds the body until the transfer has ended. An empty body needs an address too.
            ccurl_set_pointer(handle, CURLOPT_POSTFIELDS, UnsafeRawPointer(request.body.storage.baseAddress)))
    }

    /// Lets go of the call and says what came of it; `nil` if it has to be sent on a fresh connection, because the
    /// one that libcurl chose was found unusable before anything was sent.
    func finish(_ result: CURLcode) -> IdentityAnswer.Outcome? {
        if hasMetStaleConnection, result == CURLE_ABORTED_BY_CALLBACK { return nil }
        let outcome = outcome(of: result)
        forget()
        return outcome
    }

    /// Drops the call, and with it the body.
    func forget() {
        _ = ccurl_set_pointer(handle, CURLOPT_POSTFIELDS, nil)
        call = nil
        body = []
    }

    private func outcome(of result: CURLcode) -> IdentityAnswer.Outcome {
        if let failure { return .failed(failure) }
        if result == CURLE_COULDNT_CONNECT, hasRefusedAddress, openedSockets.isEmpty {
            return .failed(.destinationRefused)
        }
        guard result == CURLE_OK else { return .failed(IdentityCallFailure(result)) }
        // libcurl is content with a status line.
        guard head.isComplete else { return .failed(.connectionLost) }
        return .answered(status: head.status, contentType: head.contentType, body: body)
    }
}

// MARK: Called back by libcurl

extension Transfer {
    /// Whether a connection to this address may be opened.
    func mayConnect(to address: IPAddress?) -> Bool {
        guard let address, (try? context.policy.check(address: address)) != nil else {
            hasRefusedAddress = true
            return false
        }
        return true
    }

    func didOpen(_ socket: Int32) {
        openedSockets.append(socket)
    }

    func lacksDescriptors() {
        failure = .callNotMade
    }

    /// The last word before the request's first byte leaves, on a fresh connection or a used one.
    ///
    /// It holds three promises. The address is one that the policy allows. Nothing lies unread on the connection, so
    /// that what is read next was not sent before the question. And a request is sent once: libcurl would send it
    /// again when a used connection ends without an answer, and an Identity would count one wrong password twice
    /// (RFC 9110, section 9.2.2).
    func maySend(between ends: SocketTable.Ends) -> Bool {
        guard !hasSent else {
            failure = .connectionLost
            return false
        }
        guard mayConnect(to: IPAddress(canonical: ends.remoteAddress)) else {
            failure = .destinationRefused
            return false
        }
        if let socket = context.sockets.socket(with: ends) {
            guard !SocketTable.isReadable(socket), ccurl_tls_has_unread_bytes(handle) == 0 else {
                hasMetStaleConnection = true
                return false
            }
        } else {
            guard let socket = context.sockets.remember(ends, among: openedSockets) else {
                failure = .callNotMade
                return false
            }
            // Over TLS, session tickets may wait: nothing can be told from the socket.
            if call?.request.destination.scheme == .http, SocketTable.isReadable(socket) {
                failure = .answerMalformed
                return false
            }
        }
        hasSent = true
        return true
    }

    /// `false` ends the transfer and closes its connection.
    func takeHeadLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        do throws(IdentityCallFailure) {
            try head.take(line)
            return true
        } catch {
            failure = error
            return false
        }
    }

    func takeBody(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard body.count + bytes.count <= AnswerHead.maximumBodySize else {
            failure = .answerTooLarge
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }
}

// MARK: Settings

extension Transfer {
    /// What holds for every call of this handle.
    private func configure(share: CurlHandle, certificateAuthority: String?) -> Bool {
        all(
            ccurl_set_pointer(handle, CURLOPT_SHARE, share),
            ccurl_set_pointer(handle, CURLOPT_PRIVATE, Unmanaged.passUnretained(self).toOpaque()),
            ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1),
            // A resolver that hangs must not hold up the thread when its transfer is given up.
            ccurl_set_long(handle, CURLOPT_QUICK_EXIT, 1),
            ccurl_set_long(handle, CURLOPT_POST, 1),
            ccurl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
            ccurl_set_long(handle, CURLOPT_HTTP09_ALLOWED, 0),
            ccurl_set_text(handle, CURLOPT_USERAGENT, "AuthLedger"),
            ccurl_set_long(handle, CURLOPT_TCP_NODELAY, 1),
            ccurl_set_long(handle, CURLOPT_MAXAGE_CONN, context.maximumIdleSeconds),
            ccurl_set_long(handle, CURLOPT_MAXFILESIZE, AnswerHead.maximumBodySize),
            ccurl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
            ccurl_set_long(handle, CURLOPT_PATH_AS_IS, 1),
            ccurl_set_long(handle, CURLOPT_DISALLOW_USERNAME_IN_URL, 1),
            // Nothing of the environment or the home directory, and nobody else's lead.
            ccurl_set_text(handle, CURLOPT_PROXY, ""),
            ccurl_set_text(handle, CURLOPT_NOPROXY, "*"),
            ccurl_set_long(handle, CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue)),
            ccurl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0))
            && configureTLS(certificateAuthority)
    }

    private func configureTLS(_ certificateAuthority: String?) -> Bool {
        guard
            all(
                ccurl_set_long(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
                ccurl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1),
                ccurl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2))
        else { return false }
        guard let certificateAuthority else { return true }
        // Without the second line the system's folder of roots would still be believed.
        let pem = [UInt8](certificateAuthority.utf8)
        return all(
            ccurl_set_blob(handle, CURLOPT_CAINFO_BLOB, pem, pem.count),
            ccurl_set_text(handle, CURLOPT_CAPATH, nil))
    }

    private func useFields(for contentType: IdentityRequest.ContentType) -> Bool {
        guard contentType != self.contentType else { return true }
        // "Expect:" without a value keeps libcurl from sending that field.
        var list: UnsafeMutablePointer<curl_slist>?
        for field in ["Content-Type: \(contentType.rawValue)", "Accept: application/json", "Expect:"] {
            guard let longer = curl_slist_append(list, field) else {
                curl_slist_free_all(list)
                return false
            }
            list = longer
        }
        guard ccurl_set_list(handle, CURLOPT_HTTPHEADER, list) == CURLE_OK else {
            curl_slist_free_all(list)
            return false
        }
        curl_slist_free_all(fields)
        fields = list
        self.contentType = contentType
        return true
    }
}

private func all(_ results: CURLcode...) -> Bool {
    results.allSatisfy { $0 == CURLE_OK }
}
