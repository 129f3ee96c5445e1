/// Why a request target was refused.
public enum RequestTargetError: Error, Equatable, Sendable {
    /// Neither origin-form (`/path?query`) nor `*`. The absolute form is for proxies, which we are not.
    case notOriginForm
    /// A character that RFC 3986 does not allow there; a fragment is one.
    case forbiddenCharacter
    case badEncoding(PercentDecodingError)
}

/// What a request is for: origin-form or `*` (RFC 9112, section 3.2), split and decoded once and for all.
public struct RequestTarget: Equatable, Sendable {
    /// As it was sent.
    public let text: String
    /// The path as it was sent, percent-encoded; visible ASCII only. `*` for the whole server.
    public let path: String
    /// The path's segments, each decoded: `/a/b%2Fc` is `["a", "b/c"]`, `/` is `[]`, `/a/` is `["a", ""]`.
    public let pathSegments: [String]
    /// What follows the first `?`, still encoded, every triplet checked.
    public let query: String?

    public init(parsing text: String) throws(RequestTargetError) {
        self.text = text
        guard text != "*" else {
            path = text
            pathSegments = []
            query = nil
            return
        }
        guard text.utf8.first == UInt8(ascii: "/") else { throw .notOriginForm }
        guard text.utf8.allSatisfy(Self.isAllowed) else { throw .forbiddenCharacter }
        let mark = text.utf8.firstIndex(of: UInt8(ascii: "?"))
        path = String(text[..<(mark ?? text.endIndex)])
        query = mark.map { String(text[text.index(after: $0)...]) }
        pathSegments = try Self.segments(of: path)
        if let query { try Self.checkTriplets(query) }
    }

    /// `pchar`, `/` and `?` of RFC 3986, sections 3.3 and 3.4.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        if byte.isUnreservedInURI || byte.isSubDelimiterInURI { return true }
        switch byte {
        case UInt8(ascii: "%"), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "?"), UInt8(ascii: "@"): return true
        default: return false
        }
    }

    private static func segments(of path: String) throws(RequestTargetError) -> [String] {
        guard path != "/" else { return [] }
        var segments: [String] = []
        var scratch: [UInt8] = []
        scratch.reserveCapacity(path.utf8.count)
        var rest = path.utf8.dropFirst()
        while true {
            let segment = rest.prefix { $0 != UInt8(ascii: "/") }
            scratch.removeAll(keepingCapacity: true)
            scratch.append(contentsOf: segment)
            do {
                segments.append(try PercentDecoding.decode(&scratch, plusIsSpace: false))
            } catch {
                throw .badEncoding(error)
            }
            guard segment.endIndex < rest.endIndex else { return segments }
            rest = rest[segment.endIndex...].dropFirst()
        }
    }

    // A query need not be UTF-8 for everyone, so only what has no reading at all is refused here.
    private static func checkTriplets(_ query: String) throws(RequestTargetError) {
        var bytes = query.utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "%") else { continue }
            guard let high = bytes.next()?.hexadecimalValue, let low = bytes.next()?.hexadecimalValue else {
                throw .badEncoding(.badTriplet)
            }
            guard high | low != 0 else { throw .badEncoding(.nul) }
        }
    }
}
