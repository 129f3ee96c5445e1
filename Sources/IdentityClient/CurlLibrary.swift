internal import CCurl

/// libcurl's handles (`CURL`, `CURLM`, `CURLSH`) are untyped pointers in Swift.
typealias CurlHandle = UnsafeMutableRawPointer

/// Starts libcurl once for the process, with allocators that wipe what they free.
enum CurlLibrary {
    static let isReady = ccurl_global_init_wiping() == CURLE_OK
}

extension IdentityCallFailure {
    /// What a transfer's result means. Total: a result that libcurl has no business giving here counts as ours.
    init(_ result: CURLcode) {
        switch result {
        case CURLE_OPERATION_TIMEDOUT:
            self = .timeout
        case CURLE_COULDNT_RESOLVE_HOST:
            self = .dnsFailed
        case CURLE_COULDNT_CONNECT:
            self = .connectFailed
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_CLIENTCERT, CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED:
            self = .tlsFailed
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE:
            self = .connectionLost
        case CURLE_FILESIZE_EXCEEDED:
            self = .answerTooLarge
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR:
            // "Unsupported protocol" is an answer without a status line; the request's scheme was checked before.
            self = .answerMalformed
        default:
            self = .callNotMade
        }
    }
}
