internal import AuthorizationCore
internal import EventLog
internal import HTTPMessages
internal import LedgerCrypto

extension ServiceContext {
    /// Records that an operator reads, before anything is shown. Returns what to answer when it could not be recorded.
    ///
    /// The operator must not have been changed since `consulted`: a removed one sees nothing more.
    func recordReading(
        _ action: String, by reader: OperatorID, of positions: Range<Int64>, consulted: Position
    ) async -> HTTPResponse? {
        var data = AuditRead()
        data.action = action
        data.count = Int64(positions.count)
        data.first = Position(positions.lowerBound)
        data.last = Position(positions.upperBound - 1)
        return await recordReading(data, terms: nil, by: reader, consulted: consulted)
    }

    /// The same for any reading; `terms`, what was searched for, are sealed for the vault of the ledger's free text.
    func recordReading(
        _ reading: AuditRead, terms: String?, by reader: OperatorID, consulted: Position
    ) async -> HTTPResponse? {
        var data = reading
        do {
            let correlation: CommandID = try identifier(at: clock())
            let blind = try blind()
            var records: [SealedRecord] = []
            if let terms {
                let sealed = try await vaults.seal(
                    Array(terms.utf8), field: "terms", blind: blind, vault: try await vaults.ledgerVault())
                data.terms = sealed.value
                records.append(sealed.record)
            }
            let event = ProposedEvent(
                actor: .operator(reader), correlation: correlation.text, blind: blind, data: .audit(.read(data)),
                sealed: records)
            _ = try await store.append(
                Proposal(events: [event], consulted: consulted, unchanged: [.operator(reader)]))
            return nil
        } catch AppendError.full {
            return Problem.busy.response(fields: ["Retry-After": "1"])
        } catch {
            return Problem.unavailable.response(fields: ["Retry-After": "1"])
        }
    }
}
