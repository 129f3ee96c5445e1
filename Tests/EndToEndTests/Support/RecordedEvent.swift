import Foundation

/// An event as `authaudit history --format json` prints it, with its recorded bytes parsed by nobody of ours.
struct RecordedEvent {
    /// The line's `event` member as it stood there: the leaf.
    let leaf: [UInt8]
    let leafHash: String
    let summary: String
    let position: Int
    let type: String
    let actor: String
    let correlation: String
    let data: [String: Any]

    struct Unreadable: Error { var line: String }

    init(line: [UInt8]) throws {
        let prefix = Array(#"{"event":"#.utf8)
        let suffix = Array(#","leaf_hash":""#.utf8)
        guard let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any],
            let event = object["event"] as? [String: Any], let position = event["position"] as? Int,
            let type = event["type"] as? String, let correlation = event["correlation"] as? String,
            let actor = event["actor"] as? [String: Any], let data = event["data"] as? [String: Any],
            let leafHash = object["leaf_hash"] as? String, line.starts(with: prefix),
            let end = line.lastRange(of: suffix)
        else { throw Unreadable(line: String(decoding: line, as: UTF8.self)) }
        leaf = Array(line[prefix.count..<end])
        self.leafHash = leafHash
        summary = object["summary"] as? String ?? ""
        self.position = position
        self.type = type
        self.actor = actor["id"] as? String ?? ""
        self.correlation = correlation
        self.data = data
    }

    func text(_ path: String) -> String { self[path] as? String ?? "" }
    func number(_ path: String) -> Int? { self[path] as? Int }
    func texts(_ path: String) -> [String] { self[path] as? [String] ?? [] }
    func numbers(_ path: String) -> [Int] { self[path] as? [Int] ?? [] }

    /// A member of `data`, found along a path such as `request.client.app`.
    subscript(path: String) -> Any? {
        var value: Any? = data
        for name in path.split(separator: ".") { value = (value as? [String: Any])?[String(name)] }
        return value
    }
}

extension [UInt8] {
    /// Where the last occurrence of `pattern` begins.
    fileprivate func lastRange(of pattern: [UInt8]) -> Int? {
        var start = count - pattern.count
        while start >= 0 {
            if self[start...].starts(with: pattern) { return start }
            start -= 1
        }
        return nil
    }
}
