internal import CCurl

/// The connections of one Identity at one revision, and the handles that use them.
///
/// Touched by the client's thread alone.
final class ConnectionPool {
    struct Key: Hashable {
        var pool: String
        var certificateAuthority: String?
    }

    static let maximumIdleTransfers = 64

    private(set) var active = 0
    private(set) var lastUsed: UInt64 = 0
    private var idle: [Transfer] = []
    private let share: CurlHandle
    private let certificateAuthority: String?
    private let context: TransferContext

    init?(_ key: Key, context: TransferContext) {
        guard let share = curl_share_init() else { return nil }
        guard ccurl_share_connections(share) == CURLSHE_OK else {
            curl_share_cleanup(share)
            return nil
        }
        self.share = share
        certificateAuthority = key.certificateAuthority
        self.context = context
    }

    /// `nil` when memory is short or the registered certificates cannot be used.
    func takeTransfer() -> Transfer? {
        let transfer =
            idle.popLast() ?? Transfer(share: share, certificateAuthority: certificateAuthority, context: context)
        if transfer != nil { active += 1 }
        return transfer
    }

    func giveBack(_ transfer: Transfer, at now: UInt64) {
        active -= 1
        lastUsed = now
        if idle.count < Self.maximumIdleTransfers { idle.append(transfer) }
    }

    deinit {
        // A share in use cannot be closed: first the handles, then it, with its connections.
        idle.removeAll()
        curl_share_cleanup(share)
    }
}
