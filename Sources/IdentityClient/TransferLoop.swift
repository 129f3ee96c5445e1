internal import CCurl
internal import Glibc
internal import Threads

/// One call on its way.
struct IdentityCall: Sendable {
    let request: IdentityRequest
    let startedAt: UInt64
    let continuation: CheckedContinuation<IdentityAnswer, Never>

    func answer(_ outcome: IdentityAnswer.Outcome) {
        let took = Int64((monotonicNanoseconds() - startedAt) / 1_000)
        continuation.resume(returning: IdentityAnswer(outcome: outcome, tookMicroseconds: took))
    }
}

/// The thread that owns libcurl's multi handle, every easy handle and every connection.
final class TransferLoop: @unchecked Sendable {
    // Safe to share: other threads touch `mailbox`, and ring the poller.
    // All else belongs to the thread in `run()`.
    private struct Mail {
        var calls: [IdentityCall] = []
        var isStopping = false
    }

    private let mailbox = Locked(Mail())
    private let multi: CurlHandle
    private let poller: TransferPoller
    private let maximumTransfers: Int
    private let maximumPoolIdleSeconds: Int
    private let context: TransferContext
    private var pools: [ConnectionPool.Key: ConnectionPool] = [:]
    private var active: [CurlHandle: Transfer] = [:]
    private var waiting: ArraySlice<IdentityCall> = []
    private var lastSweep: UInt64 = 0

    /// `nil` when libcurl cannot be started.
    init?(_ configuration: IdentityHTTPClient.Configuration) {
        guard CurlLibrary.isReady, let multi = curl_multi_init() else { return nil }
        guard let poller = TransferPoller(multi) else {
            curl_multi_cleanup(multi)
            return nil
        }
        self.multi = multi
        self.poller = poller
        maximumTransfers = configuration.maximumTransfers
        maximumPoolIdleSeconds = configuration.maximumPoolIdleSeconds
        context = TransferContext(
            policy: configuration.policy, maximumIdleSeconds: configuration.maximumIdleSeconds)
        _ = ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
        // Counted per pool, those in use included.
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.maximumConnectionsPerPool)
    }

    deinit {
        curl_multi_cleanup(multi)
    }

    /// Hands a call to the thread. After ``stop()`` it is answered at once.
    func submit(_ call: IdentityCall) {
        let (isTaken, isFirst) = mailbox.withLock { mail in
            guard !mail.isStopping else { return (false, false) }
            mail.calls.append(call)
            return (true, mail.calls.count == 1)
        }
        guard isTaken else { return call.answer(.failed(.cancelledAtStop)) }
        // Outside the lock, which the thread wants as soon as it wakes.
        if isFirst { poller.ring() }
    }

    func stop() {
        mailbox.withLock { $0.isStopping = true }
        poller.ring()
    }

    /// Carries calls until ``stop()``, then ends what is left.
    func run() {
        blockBrokenPipeSignal()
        while true {
            let mail = mailbox.withLock { mail in
                let taken = mail
                mail.calls = []
                return taken
            }
            waiting += mail.calls
            if mail.isStopping { break }
            startWaiting()
            poller.performDue()
            finishDone()
            retirePools()
            poller.wait()
            finishDone()
        }
        endEverything()
    }

    /// OpenSSL writes to closed connections without the flag that would spare the process a deadly signal. Threads
    /// that libcurl starts from here inherit this.
    private func blockBrokenPipeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    private func startWaiting() {
        while active.count < maximumTransfers, let call = waiting.popFirst() {
            start(call)
        }
        if waiting.isEmpty { waiting = [] }
    }

    private func start(_ call: IdentityCall) {
        let request = call.request
        guard (try? context.policy.check(request.destination)) != nil else {
            return call.answer(.failed(.destinationRefused))
        }
        // Our own queue used the time up: no reason to say that the Identity timed out.
        let waited = (monotonicNanoseconds() - call.startedAt) / 1_000_000
        guard waited < request.effectiveTimeout else { return call.answer(.failed(.callNotMade)) }
        let key = ConnectionPool.Key(pool: request.pool, certificateAuthority: request.certificateAuthority)
        guard let pool = pools[key] ?? ConnectionPool(key, context: context), let transfer = pool.takeTransfer() else {
            return call.answer(.failed(.callNotMade))
        }
        pools[key] = pool
        guard transfer.begin(call), curl_multi_add_handle(multi, transfer.handle) == CURLM_OK else {
            return complete(transfer, call, .failed(.callNotMade))
        }
        active[transfer.handle] = transfer
    }

    private func finishDone() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            let result = ccurl_message_result(message)
            // From here on `message` is gone.
            curl_multi_remove_handle(multi, handle)
            guard let transfer = active[handle], let call = transfer.call else { continue }
            if let outcome = transfer.finish(result) {
                active[handle] = nil
                complete(transfer, call, outcome)
            } else if !transfer.begin(call, onFreshConnection: true)
                || curl_multi_add_handle(multi, handle) != CURLM_OK
            {
                active[handle] = nil
                complete(transfer, call, .failed(.callNotMade))
            }
        }
        startWaiting()
    }

    private func complete(_ transfer: Transfer, _ call: IdentityCall, _ outcome: IdentityAnswer.Outcome) {
        transfer.forget()
        let key = ConnectionPool.Key(pool: call.request.pool, certificateAuthority: call.request.certificateAuthority)
        pools[key]?.giveBack(transfer, at: monotonicNanoseconds())
        call.answer(outcome)
    }

    /// Closes the pools of Identities that are asked no more, such as those of an earlier revision.
    private func retirePools() {
        let now = monotonicNanoseconds()
        guard now - lastSweep >= 1_000_000_000 else { return }
        lastSweep = now
        let limit = UInt64(maximumPoolIdleSeconds) * 1_000_000_000
        pools = pools.filter { $0.value.active > 0 || now - $0.value.lastUsed < limit }
    }

    private func endEverything() {
        for transfer in active.values {
            curl_multi_remove_handle(multi, transfer.handle)
            if let call = transfer.call { complete(transfer, call, .failed(.cancelledAtStop)) }
        }
        active = [:]
        for call in waiting { call.answer(.failed(.cancelledAtStop)) }
        waiting = []
        pools = [:]
    }
}
