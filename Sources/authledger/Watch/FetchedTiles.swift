import EventLog
import IdentityClient
import LedgerCrypto

/// The public files of a log (C2SP tlog-tiles), as somebody else gets them.
protocol PublishedLog {
    /// The bytes at a path below the log's prefix.
    func fetch(_ path: String, maximumBytes: Int) throws(WatchFault) -> [UInt8]
}

/// Why the log could not be looked at; that says nothing about it.
enum WatchFault: Error, Equatable, CustomStringConvertible {
    /// No answer.
    case unreachable(String)
    case answered(status: Int, path: String)

    var description: String {
        switch self {
        case .unreachable(let reason): reason
        case .answered(let status, let path): "it answered \(status) to /\(path)"
        }
    }
}

/// A service's log, by its URL.
struct ServedLog: PublishedLog {
    /// Without a slash at its end.
    let prefix: String
    let client: ServiceClient

    func fetch(_ path: String, maximumBytes: Int) throws(WatchFault) -> [UInt8] {
        let answer: ServiceAnswer
        do throws(ServiceClientError) {
            answer = try client.fetch("\(prefix)/\(path)", maximumBytes: maximumBytes)
        } catch {
            if case .failed(let failure) = error { throw .unreachable("there was no answer (\(failure.rawValue))") }
            throw .unreachable("\(error)")
        }
        guard answer.status == 200 else { throw .answered(status: answer.status, path: path) }
        return answer.body
    }
}

/// The tree of a size, by the tiles that a log serves. None is asked for twice.
final class FetchedTiles {
    private let log: any PublishedLog
    private var kept: [Tile: [SHA256Digest]] = [:]
    /// What went wrong last: the tree itself knows only that a hash could not be had.
    private(set) var fault: WatchFault?

    init(_ log: any PublishedLog) {
        self.log = log
    }

    func tree(ofSize size: UInt64) -> TiledTree {
        TiledTree(size: size) { (tile) throws(ProofError) in
            do throws(WatchFault) {
                return try self.hashes(of: tile)
            } catch {
                self.fault = error
                throw .nodeUnavailable(Subtree(level: 0, index: 0), reason: "\(error)")
            }
        }
    }

    private func hashes(of tile: Tile) throws(WatchFault) -> [SHA256Digest] {
        if let hashes = kept[tile] { return hashes }
        let hashes: [SHA256Digest]
        do throws(WatchFault) {
            hashes = try fetch(tile)
        } catch {
            // A partial tile may go once the full one is there.
            guard case .answered(status: 404, _) = error, !tile.isFull else { throw error }
            hashes = Array(try fetch(Tile(level: tile.level, index: tile.index)).prefix(tile.width))
        }
        kept[tile] = hashes
        return hashes
    }

    private func fetch(_ tile: Tile) throws(WatchFault) -> [SHA256Digest] {
        let path = TilePath.hashes(tile).text
        let bytes = try log.fetch(path, maximumBytes: Tile.fullWidth * SHA256Digest.byteCount)
        do throws(TileError) {
            return try HashTile.hashes(in: bytes, width: tile.width)
        } catch {
            // No tile: as if it were not there.
            throw .answered(status: 200, path: path)
        }
    }
}
