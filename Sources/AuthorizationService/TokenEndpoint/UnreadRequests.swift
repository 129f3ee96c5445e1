internal import AuthorizationCore
internal import EventLog
internal import HTTPMessages
internal import Threads

/// Requests that the HTTP server refused before any door saw them, on their way into the record.
///
/// They never authenticated, so they share the budget of all that did not. One that was meant for a token endpoint is
/// recorded as a refusal there; of the others no environment is known, and they are only summed up.
final class UnreadRequests: Sendable {
    /// So many wait for ``record()``, which comes every second; more are counted.
    static let maximumWaiting = 1_024
    /// Events in one append.
    private static let maximumBatch = 64

    private struct State {
        var waiting: [RefusedRequest] = []
        var overflow: Overflow?
    }

    /// Requests that found no place.
    private struct Overflow {
        var count: Int64 = 0
        var from: Int64
        var to: Int64
    }

    private let context: ServiceContext
    private let state = Locked(State())

    init(_ context: ServiceContext) {
        self.context = context
    }

    /// Takes a request in. It neither waits nor computes: whoever calls it is an event loop.
    func note(_ request: RefusedRequest) {
        state.withLock { state in
            guard state.waiting.count >= Self.maximumWaiting else { return state.waiting.append(request) }
            var overflow = state.overflow ?? Overflow(from: request.refusedAt, to: request.refusedAt)
            overflow.count += 1
            overflow.to = request.refusedAt
            state.overflow = overflow
        }
    }

    /// Records what has come since the last time, as far as the budget goes.
    func record() async {
        let taken = state.withLock { state in
            defer { state = State() }
            return state
        }
        // Short of space nothing of strangers is kept, not even their number.
        guard context.configuration.hasSpaceForStrangers else {
            return context.counters.count(\.requestsSuppressed, taken.waiting.count + Int(taken.overflow?.count ?? 0))
        }
        var events: [ProposedEvent] = []
        for request in taken.waiting {
            if let event = event(of: request) { events.append(event) }
            if events.count == Self.maximumBatch { await append(&events) }
        }
        await append(&events)
        guard let overflow = taken.overflow else { return }
        context.counters.count(\.requestsSuppressed, Int(overflow.count))
        context.budget.withLock {
            $0.suppress(
                overflow.count, reason: .malformedRequest, source: nil,
                from: Timestamp(microseconds: overflow.from), to: Timestamp(microseconds: overflow.to))
        }
    }

    /// The event of a request, unless it is only counted.
    private func event(of request: RefusedRequest) -> ProposedEvent? {
        do {
            if let event = try recordable(request) { return event }
        } catch {
            // A tag key or a random number could not be had. It is a stranger's request: the number must do.
        }
        context.counters.count(\.requestsSuppressed)
        return nil
    }

    /// nil when it went into the sums instead.
    private func recordable(_ request: RefusedRequest) throws -> ProposedEvent? {
        let refusedAt = Timestamp(microseconds: request.refusedAt)
        guard let environment = tokenEnvironment(of: request) else {
            let source = context.budgetTag(of: request.source)
            context.budget.withLock {
                $0.suppress(reason: .malformedRequest, source: source, from: refusedAt, to: refusedAt)
            }
            return nil
        }
        let source = try GuessTags.source(request.source, in: environment, at: refusedAt, keys: context.keys)
        let verdict = context.budget.withLock {
            $0.decide(reason: .malformedRequest, source: source.tag, app: nil, at: refusedAt)
        }
        guard verdict == .record else { return nil }
        let state = context.store.state
        var facts = TokenRequest()
        facts.asked.media = .other
        facts.consulted = state.consulted
        facts.engine = state.estate.ledger.engine
        facts.environment = environment
        facts.grant = TokenRequest.noGrant
        facts.receivedAt = refusedAt
        facts.sourceTag = source.tag
        facts.tagEpoch = source.epoch
        let data = TokenRefused(unread: facts, status: Int64(request.status))
        let decision: DecisionID = try context.identifier(at: refusedAt)
        return ProposedEvent(
            actor: .stranger, correlation: decision.text, blind: try context.blind(), data: .tokens(.refused(data)))
    }

    /// The environment whose token endpoint the request was for.
    private func tokenEnvironment(of request: RefusedRequest) -> EnvironmentName? {
        guard let segments = request.pathSegments, let name = TokenDoor.environment(of: segments),
            context.store.state.estate.environments[name] != nil
        else { return nil }
        return name
    }

    /// A full queue or a store that has stopped leaves them unrecorded, as it does any other stranger.
    private func append(_ events: inout [ProposedEvent]) async {
        guard !events.isEmpty else { return }
        let proposal = Proposal(events: events, consulted: context.store.state.consulted)
        events = []
        do throws(AppendError) {
            _ = try await context.store.append(proposal)
            context.counters.count(\.tokensRefused, proposal.events.count)
        } catch {
            context.counters.count(\.requestsSuppressed, proposal.events.count)
        }
    }
}
