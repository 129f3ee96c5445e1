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
        // The index is a cache, and 'verify' compares all of it. An empty one would answer that nothing ever was.
        guard size == 0 || positions.first == 0 else {
            throw .store(.damaged(0, "the index of estate events leaves it out"))
        }
        var estate = Estate()
        for position in positions { estate.fold(try decodedEvent(at: position)) }
        estate.size = Position(size)
        return estate
    }
}
