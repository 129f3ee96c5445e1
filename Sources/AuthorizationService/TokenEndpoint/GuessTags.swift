internal import AuthorizationCore
internal import EventLog
internal import HTTPMessages
internal import LedgerCrypto

/// The keyed tags under which a user name and a source are counted, so that no name and no address stands in the log.
struct GuessTags: Sendable {
    /// Days that a tag key is current.
    static let epochDays: Int64 = 7
    /// Epochs whose acceptances can still make a caller known.
    static let rememberedEpochs: Int64 = 5

    var epoch: Int64
    var place: ThrottlePlace
    var user: Bytes16 { place.user.current }
    var source: Bytes16 { place.source.current }

    init(
        userName: String, source: PeerAddress, app: AppID, environment: EnvironmentName, at now: Timestamp,
        keys: any LedgerKeys
    ) throws(KeyError) {
        let epoch = now.day / Self.epochDays
        let name = normalized(userName)
        let address = source.network.description
        var users: [Bytes16] = []
        var sources: [Bytes16] = []
        for past in 0..<Self.rememberedEpochs {
            guard let key = try keys.tagKey(epoch: epoch - past) else { break }
            do {
                users.append(try keyedTag("user", environment, name, key))
                sources.append(try keyedTag("source", environment, address, key))
            } catch {
                throw .crypto(error)
            }
        }
        guard let user = users.first, let source = sources.first else { throw .missing("tag/\(epoch)") }
        self.epoch = epoch
        place = ThrottlePlace(
            app: app, user: ThrottlePlace.Tags(current: user, previous: users.dropFirst().first),
            source: ThrottlePlace.Tags(current: source, previous: sources.dropFirst().first),
            callers: zip(users, sources).map { ThrottleCaller(userTag: $0, caller: $1) })
    }

    /// The tag of a source alone, for requests that name no user.
    static func source(
        _ source: PeerAddress, in environment: EnvironmentName, at now: Timestamp, keys: any LedgerKeys
    ) throws(KeyError) -> (tag: Bytes16, epoch: Int64) {
        let epoch = now.day / epochDays
        guard let key = try keys.tagKey(epoch: epoch) else { throw .missing("tag/\(epoch)") }
        do {
            return (try keyedTag("source", environment, source.network.description, key), epoch)
        } catch {
            throw .crypto(error)
        }
    }

    /// The tags of a source under the current tag key and the one before it.
    static func sources(
        _ source: PeerAddress, in environment: EnvironmentName, at now: Timestamp, keys: any LedgerKeys
    ) throws(KeyError) -> (tags: ThrottlePlace.Tags, epoch: Int64) {
        let current = try self.source(source, in: environment, at: now, keys: keys)
        guard let key = try keys.tagKey(epoch: current.epoch - 1) else {
            return (ThrottlePlace.Tags(current: current.tag), current.epoch)
        }
        do {
            let previous = try keyedTag("source", environment, source.network.description, key)
            return (ThrottlePlace.Tags(current: current.tag, previous: previous), current.epoch)
        } catch {
            throw .crypto(error)
        }
    }
}

private func keyedTag(
    _ kind: String, _ environment: EnvironmentName, _ value: String, _ key: HMACKey
) throws(CryptoError) -> Bytes16 {
    let digest = Bytes32(try key.authenticate(LengthPrefixed(kind, environment.text, value).bytes))
    return Bytes16(high: digest.first, low: digest.second)
}

/// Trimmed, and ASCII letters in lower case: what counts as one name. Other spellings meet the limits per source.
private func normalized(_ name: String) -> String {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0d).contains($0) }
    var bytes = name.utf8.drop(while: isSpace)
    while let last = bytes.last, isSpace(last) { bytes = bytes.dropLast() }
    return String(decoding: bytes.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
}
