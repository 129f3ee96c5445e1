internal import CCurl
internal import CSystem
internal import Glibc
internal import Threads

/// Waits for the sockets of one libcurl multi handle and tells it about those that are ready, and about nothing else.
///
/// libcurl's own `curl_multi_perform` looks at every transfer under way each time one of them moves: with dozens of
/// calls in flight most of the thread's time goes into looking at those that have nothing to say.
///
/// Touched by the client's thread alone, save for ``ring()``; libcurl calls back on that thread.
final class TransferPoller: @unchecked Sendable {
    // Safe to share: all but `bell` is touched by the client's thread only, and a bell may be rung from any.
    private static let readyCapacity = 128
    /// So that unused pools are seen to.
    private static let longestWait: Int32 = 1_000

    private let multi: CurlHandle
    private let poller: Int32
    private let bell: Int32
    private var watched: Set<Int32> = []
    /// When libcurl wants to be asked about time, in monotonic nanoseconds.
    private var timerAt: UInt64?
    private var ready = [ledger_readiness](repeating: ledger_readiness(), count: readyCapacity)

    /// `nil` when the system has no descriptors left or libcurl refuses.
    init?(_ multi: CurlHandle) {
        self.multi = multi
        poller = ledger_poller_create()
        bell = ledger_bell_create()
        guard poller >= 0, bell >= 0, ledger_poller_add(poller, bell, 1, 0) == 0 else { return nil }
        let context = Unmanaged.passUnretained(self).toOpaque()
        let result = ccurl_multi_set_callbacks(
            multi,
            { _, socket, wish, context, _ in
                context.map { TransferPoller.from($0).watch(socket, wish: wish) }
                return 0
            },
            { _, milliseconds, context in
                context.map { TransferPoller.from($0).setTimer(milliseconds) }
                return 0
            }, context)
        guard result == CURLM_OK else { return nil }
    }

    deinit {
        if poller >= 0 { close(poller) }
        if bell >= 0 { close(bell) }
    }

    private static func from(_ context: UnsafeMutableRawPointer) -> TransferPoller {
        Unmanaged<TransferPoller>.fromOpaque(context).takeUnretainedValue()
    }

    /// Ends the wait. From any thread.
    func ring() { ledger_bell_ring(bell) }

    /// Lets transfers go on whose time has come: those that were just added, and those that have waited too long.
    func performDue() {
        while let due = timerAt, due <= monotonicNanoseconds() {
            timerAt = nil
            var running: Int32 = 0
            curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running)
        }
    }

    /// Waits until a socket is ready, somebody rings or time has passed, and lets the transfers concerned go on.
    func wait() {
        let count = Int(ledger_poller_wait(poller, &ready, Int32(Self.readyCapacity), patience()))
        for index in 0..<max(0, count) {
            let ready = ready[index]
            if ready.descriptor == bell {
                ledger_bell_quiet(bell)
                continue
            }
            // An earlier one may have ended it.
            guard watched.contains(ready.descriptor) else { continue }
            var events: Int32 = 0
            if ready.readable != 0 { events |= CURL_CSELECT_IN }
            if ready.writable != 0 { events |= CURL_CSELECT_OUT }
            if ready.gone != 0 { events |= CURL_CSELECT_ERR }
            var running: Int32 = 0
            curl_multi_socket_action(multi, ready.descriptor, events, &running)
        }
    }

    private func patience() -> Int32 {
        guard let timerAt else { return Self.longestWait }
        let now = monotonicNanoseconds()
        guard timerAt > now else { return 0 }
        // Rounded up: a wait that ends too early is one more turn for nothing.
        return Int32(min(UInt64(Self.longestWait), (timerAt - now) / 1_000_000 + 1))
    }

    // MARK: Called back by libcurl

    private func watch(_ socket: Int32, wish: Int32) {
        guard wish != CURL_POLL_REMOVE else {
            if watched.remove(socket) != nil { _ = ledger_poller_remove(poller, socket) }
            return
        }
        let reads: Int32 = wish == CURL_POLL_IN || wish == CURL_POLL_INOUT ? 1 : 0
        let writes: Int32 = wish == CURL_POLL_OUT || wish == CURL_POLL_INOUT ? 1 : 0
        if watched.insert(socket).inserted {
            _ = ledger_poller_add(poller, socket, reads, writes)
        } else {
            _ = ledger_poller_change(poller, socket, reads, writes)
        }
    }

    private func setTimer(_ milliseconds: Int) {
        timerAt = milliseconds < 0 ? nil : monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000
    }
}
