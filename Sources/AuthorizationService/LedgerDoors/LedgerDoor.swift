internal import AuthorizationCore
internal import EventLog
public import HTTPMessages
internal import LedgerCrypto
internal import Threads

/// The log as the transparency world reads it: checkpoint, tiles (C2SP tlog-tiles) and receipts (C2SP tlog-proof).
///
/// Checkpoint and hash tiles are everybody's; they say nothing without the events. Entry bundles need an auditor's key.
/// A receipt is for auditors and for the app whose token it proves.
public final class LedgerDoor: Sendable {
    /// A bundle may be 16 MB, so only a few are made at once.
    static let maximumBundlesAtOnce = 8

    let context: ServiceContext
    let releaser: CheckpointReleaser
    let bundlesBeingMade = Locked(0)
    /// Set once, at the start, where there are witnesses.
    let witnessing = Locked<Witnessing?>(nil)

    public init(_ context: ServiceContext, releaser: CheckpointReleaser) {
        self.context = context
        self.releaser = releaser
    }

    /// Answers what begins with `/ledger`.
    public func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let segments = request.pathSegments
        guard segments.count >= 2, segments[0] == "ledger" else { return Problem.notFound.response() }
        switch segments[1] {
        case "checkpoint" where segments.count == 2:
            return await reading(request) { await checkpoint() }
        case "tile":
            // Each tile has one path: what spells it another way, percent-encoded too, is no tile.
            let prefix = "/ledger/"
            guard request.path.hasPrefix(prefix), let path = TilePath(String(request.path.dropFirst(prefix.count)))
            else { return Problem.notFound.response() }
            return await reading(request) {
                switch path {
                case .hashes(let tile): await hashTile(tile)
                case .entries(let bundle): await entries(bundle, for: request)
                }
            }
        case "receipts" where segments.count == 3:
            var query: Query
            do throws(Problem) { query = try Query(request) } catch { return error.response() }
            let quorum = query.text("quorum")
            return await reading(request, query) { await receipt(segments[2], quorum: quorum, for: request) }
        default:
            return Problem.notFound.response()
        }
    }

    private func reading(
        _ request: HTTPRequest, _ query: Query? = nil, _ body: () async -> HTTPResponse
    ) async -> HTTPResponse {
        guard request.method == "GET" || request.method == "HEAD" else { return Problem.methodNotAllowed("GET, HEAD") }
        // A parameter that is not known meant something that would not be done.
        do throws(Problem) {
            if let query { try query.finish() } else { try Query(request).finish() }
        } catch {
            return error.response()
        }
        return await body()
    }

    // MARK: For everybody

    private func checkpoint() async -> HTTPResponse {
        do throws(ReleaseError) {
            let note: [UInt8]
            if let witnessing = witnessing.withLock({ $0 }) {
                note = try await witnessing.shownNote()
            } else {
                note = try await releaser.newestNote()
            }
            return HTTPResponse(
                status: 200,
                fields: ["Content-Type": "text/plain; charset=utf-8", "Cache-Control": "public, max-age=1"],
                body: note)
        } catch {
            return error.answer
        }
    }

    private func hashTile(_ tile: Tile) async -> HTTPResponse {
        guard tile.exists(inTreeOfSize: UInt64(context.store.state.head.size)) else {
            return Problem.notFound.response()
        }
        let roots = releaser.roots
        do throws(StoreError) {
            let hashes = try await context.store.read { (reader) throws(StoreError) in
                try StoredTiles(reader: reader, roots: roots).hashes(of: tile)
            }
            return HTTPResponse(
                status: 200,
                fields: [
                    "Content-Type": "application/octet-stream",
                    "Cache-Control": "public, max-age=31536000, immutable",
                ],
                body: HashTile.bytes(hashes))
        } catch {
            return Problem.unreadable.response()
        }
    }
}

extension Problem {
    static let unreadable = Problem(status: 503, title: "The record cannot be read", reason: "ledger_unreadable")
}

extension ReleaseError {
    /// What the asker is told: the reasons may name files, and stand in the service's own log.
    var answer: HTTPResponse {
        switch self {
        case .notYetRecorded: Problem.notFound.response()
        case .stopped, .unavailable:
            Problem(status: 503, title: "No checkpoint can be released now", reason: "checkpoint_unavailable")
                .response(fields: ["Retry-After": "1"])
        case .inconsistent:
            Problem(
                status: 503, title: "The record contradicts what was signed before, so nothing is signed",
                reason: "checkpoint_refused"
            ).response()
        }
    }
}
