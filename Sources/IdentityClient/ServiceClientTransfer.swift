internal import CCurl

/// Owns the libcurl handle of one request to a service, and what comes back on it.
final class ServiceTransfer {
    private let handle: CurlHandle
    private var lines: UnsafeMutablePointer<curl_slist>?
    private var head = ServiceAnswerHead()
    private var body: [UInt8] = []
    private var failure: IdentityCallFailure?

    private let maximumAnswerSize: Int

    init?(maximumAnswerSize: Int = ServiceClient.maximumAnswerSize) {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
        self.maximumAnswerSize = maximumAnswerSize
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(lines)
    }

    func perform(
        _ method: ServiceClient.Method, _ destination: Destination, _ lines: [String], _ body: [UInt8]?,
        timeoutInMilliseconds: Int, certificateAuthority: String?
    ) throws(ServiceClientError) -> ServiceAnswer {
        let isReady =
            setSafety(certificateAuthority) && setCallbacks() && setLines(lines)
            && all(
                ccurl_set_text(handle, CURLOPT_URL, destination.text),
                ccurl_set_long(handle, CURLOPT_TIMEOUT_MS, timeoutInMilliseconds),
                ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, timeoutInMilliseconds))
        // libcurl does not copy the body, and an empty one needs an address too: without one it would read standard input.
        let content = (body ?? []) + [0]
        let result = content.withUnsafeBufferPointer { content -> CURLcode? in
            let content = UnsafeBufferPointer(rebasing: content.dropLast())
            guard isReady, setMethod(method, content: body == nil ? nil : content) else { return nil }
            return curl_easy_perform(handle)
        }
        guard let result else { throw .failed(.callNotMade) }
        if let failure { throw .failed(failure) }
        guard result == CURLE_OK else { throw .failed(IdentityCallFailure(result)) }
        guard head.isComplete else { throw .failed(.connectionLost) }
        return ServiceAnswer(status: head.status, fields: head.fields, body: self.body)
    }

    private func setMethod(_ method: ServiceClient.Method, content: UnsafeBufferPointer<UInt8>?) -> Bool {
        guard let content else {
            return all(
                ccurl_set_long(handle, CURLOPT_HTTPGET, 1),
                ccurl_set_text(handle, CURLOPT_CUSTOMREQUEST, method.rawValue))
        }
        return all(
            ccurl_set_long(handle, CURLOPT_POST, 1),
            ccurl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, content.count),
            ccurl_set_pointer(handle, CURLOPT_POSTFIELDS, UnsafeRawPointer(content.baseAddress)),
            ccurl_set_text(handle, CURLOPT_CUSTOMREQUEST, method.rawValue))
    }

    private func setSafety(_ certificateAuthority: String?) -> Bool {
        guard
            all(
                ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1),
                ccurl_set_long(handle, CURLOPT_FRESH_CONNECT, 1),
                ccurl_set_long(handle, CURLOPT_FORBID_REUSE, 1),
                ccurl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
                ccurl_set_long(handle, CURLOPT_HTTP09_ALLOWED, 0),
                ccurl_set_text(handle, CURLOPT_USERAGENT, "AuthLedger"),
                ccurl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
                ccurl_set_long(handle, CURLOPT_PATH_AS_IS, 1),
                ccurl_set_long(handle, CURLOPT_DISALLOW_USERNAME_IN_URL, 1),
                ccurl_set_text(handle, CURLOPT_PROXY, ""),
                ccurl_set_text(handle, CURLOPT_NOPROXY, "*"),
                ccurl_set_long(handle, CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue)),
                ccurl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
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

    private func setCallbacks() -> Bool {
        // Unretained: this object outlives its handle.
        let user = Unmanaged.passUnretained(self).toOpaque()
        return all(
            ccurl_set_data_callback(handle, CURLOPT_HEADERFUNCTION, takeHeadLine),
            ccurl_set_pointer(handle, CURLOPT_HEADERDATA, user),
            ccurl_set_data_callback(handle, CURLOPT_WRITEFUNCTION, takeBody),
            ccurl_set_pointer(handle, CURLOPT_WRITEDATA, user))
    }

    private func setLines(_ texts: [String]) -> Bool {
        for text in texts {
            guard let longer = curl_slist_append(lines, text) else { return false }
            lines = longer
        }
        return ccurl_set_list(handle, CURLOPT_HTTPHEADER, lines) == CURLE_OK
    }
}

// MARK: Called back by libcurl

extension ServiceTransfer {
    /// `false` ends the transfer.
    fileprivate func take(headLine line: UnsafeBufferPointer<UInt8>) -> Bool {
        do throws(IdentityCallFailure) {
            try head.take(line)
            return true
        } catch {
            failure = error
            return false
        }
    }

    fileprivate func take(body bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard body.count + bytes.count <= maximumAnswerSize else {
            failure = .answerTooLarge
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }
}

private let takeHeadLine: ccurl_data_callback = { bytes, size, count, user in
    taken(bytes, size * count, user) { $0.take(headLine: $1) }
}

private let takeBody: ccurl_data_callback = { bytes, size, count, user in
    taken(bytes, size * count, user) { $0.take(body: $1) }
}

/// The count of bytes taken, as libcurl wants it. Any other count than the given one ends the transfer.
private func taken(
    _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ user: UnsafeMutableRawPointer?,
    _ take: (ServiceTransfer, UnsafeBufferPointer<UInt8>) -> Bool
) -> Int {
    guard count > 0, let bytes, let user else { return 0 }
    let transfer = Unmanaged<ServiceTransfer>.fromOpaque(user).takeUnretainedValue()
    let isTaken = bytes.withMemoryRebound(to: UInt8.self, capacity: count) {
        take(transfer, UnsafeBufferPointer(start: $0, count: count))
    }
    return isTaken ? count : 0
}

private func all(_ results: CURLcode...) -> Bool {
    results.allSatisfy { $0 == CURLE_OK }
}
