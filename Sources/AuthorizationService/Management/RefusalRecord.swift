internal import AuthorizationCore
internal import EventLog
internal import HTTPMessages
internal import LedgerCrypto
internal import Threads

extension ManagementDoor {
    /// Records a refused command. False when it could not be recorded; then the asker learns nothing but that.
    func record(
        refusal reason: String, status: Int, of command: String, by actor: Actor, fields: [String] = [],
        target: String? = nil
    ) async -> Bool {
        var event = CommandRefused()
        event.command = command
        // A name that is not one of ours may hold anything, a password too.
        event.fields = fields.filter(\.isFieldPath)
        event.reason = reason
        event.status = Int64(status)
        event.target = target
        do {
            let correlation: CommandID = try context.identifier(at: context.clock())
            let proposed = ProposedEvent(
                actor: actor, correlation: correlation.text, blind: try context.blind(),
                data: .audit(.commandRefused(event)))
            _ = try await context.store.append(
                Proposal(events: [proposed], consulted: context.store.state.consulted))
            return true
        } catch {
            return false
        }
    }

    /// Records that somebody unknown knocked, within the budget for such requests: beyond it, or while
    /// disk space is short, the request is counted and answered only. False when it should stand and could not.
    func recordStranger(command: String, _ request: HTTPRequest) async -> Bool {
        let now = context.clock()
        guard context.configuration.hasSpaceForStrangers,
            let tag = context.budgetTag(of: request.source),
            context.budget.withLock({ $0.decide(reason: .unknownApp, source: tag, app: nil, at: now) }) == .record
        else {
            context.counters.count(\.requestsSuppressed)
            return true
        }
        return await record(refusal: "unauthenticated", status: 401, of: command, by: .stranger)
    }
}

extension ServiceContext {
    /// Under what a source that asks for nothing in an environment counts in the budget of strangers. It is recorded
    /// nowhere.
    func budgetTag(of source: PeerAddress) -> Bytes16? {
        let digest = try? keys.stateKey.authenticate(
            LengthPrefixed("budget/source", source.network.description).bytes)
        return digest.flatMap { Bytes16(bytes: $0.bytes.prefix(Bytes16.count)) }
    }
}

extension String {
    /// A path of members such as `access_rules.0.path`, short enough for the log.
    var isFieldPath: Bool {
        utf8.count <= 128
            && split(separator: ".", omittingEmptySubsequences: false).allSatisfy { String($0).isFieldName }
    }
}
