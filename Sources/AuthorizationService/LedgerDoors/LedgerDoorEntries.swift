internal import AuthorizationCore
internal import EventLog
internal import HTTPMessages
internal import LedgerCrypto
internal import Threads

extension LedgerDoor {
    /// The events of a bundle, for an auditor, once it is recorded that he reads them.
    func entries(_ bundle: EntryBundleTile, for request: HTTPRequest) async -> HTTPResponse {
        let state = context.store.state
        let auditor: Operator
        switch context.operator(of: request, having: .auditor, in: state.estate) {
        case .success(let found): auditor = found
        case .failure(let error): return error.answer
        }
        guard bundle.exists(inTreeOfSize: UInt64(state.head.size)) else { return Problem.notFound.response() }
        guard takeBundlePlace() else { return Problem.busy.response(fields: ["Retry-After": "1"]) }
        defer { bundlesBeingMade.withLock { $0 -= 1 } }

        let first = Int64(bundle.index) * Int64(Tile.fullWidth)
        let positions = first..<(first + Int64(bundle.width))
        let bytes: [UInt8]
        do throws(StoreError) {
            bytes = try await context.store.read { (reader) throws(StoreError) in
                try Self.bundle(of: positions, from: reader)
            }
        } catch {
            return Problem.unreadable.response()
        }
        if let refused = await context.recordReading(
            "entries", by: auditor.id, of: positions, consulted: state.consulted)
        {
            return refused
        }
        return HTTPResponse(
            status: 200, fields: ["Content-Type": "application/octet-stream", "Cache-Control": "no-store"], body: bytes)
    }

    private func takeBundlePlace() -> Bool {
        bundlesBeingMade.withLock { taken in
            guard taken < Self.maximumBundlesAtOnce else { return false }
            taken += 1
            return true
        }
    }

    private static func bundle(
        of positions: Range<Int64>, from reader: any LedgerReader
    ) throws(StoreError) -> [UInt8] {
        var bytes: [UInt8] = []
        var next = positions.lowerBound
        try reader.scan(positions) { (position, leaf, _) throws(StoreError) in
            guard position.value == next else { throw .missing(Position(next)) }
            do throws(TileError) {
                try EntryBundle.append(leaf, to: &bytes)
            } catch {
                throw .damaged(position, "\(error)")
            }
            next += 1
            return true
        }
        guard next == positions.upperBound else { throw .missing(Position(next)) }
        return bytes
    }
}
