internal import AuthorizationCore
internal import EventLog
internal import HTTPMessages
internal import IdentityClient
internal import Threads

/// Who asks, when a proxy of ours stands in between.
///
/// A proxy shows the key of an operator with the role `gateway`; then the client is whom the proxy itself saw: the last
/// member of `X-Forwarded-For`. Without a key that opens, the field is anybody's word, and the client is whoever opened
/// the connection.
final class TrustedProxies: Sendable {
    static let keyField = "X-Gateway-Key"
    static let clientField = "X-Forwarded-For"
    private static let maximumKeyBytes = 256
    /// Addresses that are remembered to have shown a key.
    private static let maximumKnown = 256

    private let context: ServiceContext
    private let known = Locked<[PeerAddress: OperatorID]>([:])

    init(_ context: ServiceContext) {
        self.context = context
    }

    /// The request without the key, and with its client as the source where a proxy vouched for one.
    func unwrap(_ request: HTTPRequest) -> HTTPRequest {
        guard let key = request.fields.first(Self.keyField) else { return request }
        let isOne = request.fields.count(of: Self.keyField) == 1
        var request = request
        request.fields.removeAll(named: Self.keyField)
        let narrowed = context.configuration.trustedProxies
        guard isOne, key.utf8.count <= Self.maximumKeyBytes, narrowed.isEmpty || narrowed.contains(request.source),
            let proxy = context.operator(holding: key[...], in: context.store.state.estate), mayVouch(proxy)
        else { return request }
        remember(request.source, proxy.id)
        if let client = request.fields.listMembers(of: Self.clientField).last, let address = Self.address(client) {
            request.source = address
        }
        return request
    }

    /// Whether a proxy that still has its role came from this address.
    func contains(_ address: PeerAddress) -> Bool {
        guard let id = known.withLock({ $0[address] }), let proxy = context.store.state.estate.operators[id] else {
            return false
        }
        return mayVouch(proxy)
    }

    private func mayVouch(_ proxy: Operator) -> Bool {
        proxy.roles.contains(.gateway) && proxy.expiresAt > context.clock()
    }

    private func remember(_ address: PeerAddress, _ id: OperatorID) {
        known.withLock { known in
            guard known[address] != id else { return }
            if known.count >= Self.maximumKnown { known.removeAll() }
            known[address] = id
        }
    }

    private static func address(_ text: Substring) -> PeerAddress? {
        IPAddress(canonical: String(text)).flatMap { PeerAddress(bytes: $0.bytes) }
    }
}
