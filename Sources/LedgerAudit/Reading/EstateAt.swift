internal import AuthorizationCore
internal import EventLog

extension LedgerReader {
    /// The estate after the first `size` events. Reads estate events only, by their index.
    func estate(ofSize size: Int64) throws(AuditError) -> Estate {
        let positions: [Position]
        do throws(StoreError) {
            positions = try estatePositions(below: Position(size))
        } catch {
            throw .store(error)
        }
        var estate = Estate()
        for position in positions { estate.fold(try decodedEvent(at: position)) }
        estate.size = Position(size)
        return estate
    }
}
