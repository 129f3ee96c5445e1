internal import CSystem
internal import HTTPMessages
internal import Threads

/// Who may connect: counts open connections, over all loops, in total and per client network.
final class Admission: Sendable {
    enum Verdict {
        case admitted
        case tooMany
        case tooManyFromAddress
    }

    private struct State {
        var open = 0
        var openPerNetwork: [PeerAddress: Int] = [:]
    }

    private let maximum: Int
    private let maximumPerAddress: Int
    private let isExempt: @Sendable (PeerAddress) -> Bool
    private let state = Locked(State())

    init(_ configuration: ServerConfiguration) {
        maximum = Self.maximum(configuration, descriptorLimit: ledger_raise_descriptor_limit())
        maximumPerAddress = configuration.maximumConnectionsPerAddress
        isExempt = configuration.isExempt
    }

    /// What the configuration allows, less where the system gives fewer descriptors.
    ///
    /// Connections must never take the last descriptor: the log's files need some, and libdispatch, which runs the
    /// handlers, ends the process when it cannot open a file in `/proc`.
    static func maximum(_ configuration: ServerConfiguration, descriptorLimit: Int) -> Int {
        min(configuration.maximumConnections, max(1, descriptorLimit - configuration.reservedDescriptors))
    }

    /// Takes a place for a connection. An admitted one gives it back with ``release(_:)``, once.
    func admit(_ source: PeerAddress) -> Verdict {
        let isExempt = isExempt(source)
        return state.withLock { state in
            guard state.open < maximum else { return .tooMany }
            let count = state.openPerNetwork[source.network, default: 0]
            guard isExempt || count < maximumPerAddress else { return .tooManyFromAddress }
            state.open += 1
            state.openPerNetwork[source.network] = count + 1
            return .admitted
        }
    }

    func release(_ source: PeerAddress) {
        state.withLock { state in
            state.open -= 1
            let count = state.openPerNetwork[source.network, default: 1] - 1
            state.openPerNetwork[source.network] = count == 0 ? nil : count
        }
    }

    var open: Int { state.withLock { $0.open } }
}
