import CanonicalJSON
import EstateFiles
import IdentityClient

@testable import EstateApplication

/// A management API in memory: does what it is asked, shows it as the service does, and keeps what was asked.
final class FakeService: ManagementAPI {
    static let pageSize = 2

    private(set) var writes: [String] = []
    var position: Int64 = 10
    /// Runs before each write, by its number from 1: the place for others to change something.
    var beforeWrite: (Int) -> Void = { _ in }
    /// Refuses the write of this number.
    var refusal: (write: Int, status: Int, reason: String)?
    private(set) var lists: [String: [JSONObject]] = ["environments": [], "apis": [], "api-identities": [], "apps": []]
    private var counts: [String: Int] = [:]

    func ask(_ request: ManagementRequest, consulted: Int64?) throws(ApplyFailure) -> ManagementAnswer {
        if request.method == .get { return list(request.path) }
        let number = writes.count + 1
        beforeWrite(number)
        writes.append("\(request.method.rawValue) \(request.path)")
        if let refusal, refusal.write == number { return problem(refusal.status, refusal.reason) }
        guard consulted == position else { return problem(409, "moved") }
        guard let shown = write(request) else { return problem(404, "not_found") }
        // A write may be several events.
        var answer = shown
        answer["ledger"] = .object(["position": .integer(position)])
        position += 2
        return ManagementAnswer(status: 200, position: position, object: answer)
    }

    private func problem(_ status: Int, _ reason: String) -> ManagementAnswer {
        ManagementAnswer(
            status: status, position: nil,
            object: ["title": .string("No"), "reason": .string(reason), "fields": .array([.string("name")])])
    }

    private func list(_ path: String) -> ManagementAnswer {
        let parts = path.split(separator: "?after=").map(String.init)
        let collection = String(parts[0].dropFirst("manager/".count))
        func cursor(_ item: JSONObject) -> String { (item["id"] ?? item["name"])?.stringValue ?? "" }
        let rest = (lists[collection] ?? []).sorted { cursor($0) < cursor($1) }
            .filter { parts.count == 1 || cursor($0) > parts[1] }
        let page = rest.prefix(Self.pageSize)
        let next = rest.count > page.count ? page.last.map { JSONValue.string(cursor($0)) } : nil
        return ManagementAnswer(
            status: 200, position: position,
            object: ["items": .array(page.map { .object($0) }), "next": next ?? .null])
    }

    private func write(_ request: ManagementRequest) -> JSONObject? {
        let parts = request.path.split(separator: "/").map(String.init).dropFirst()
        let (collection, rest) = (parts.first ?? "", Array(parts.dropFirst()))
        let body = request.body ?? JSONObject()
        switch (request.method, collection, rest.count) {
        case (.post, "environments", 0):
            return add(
                ["name": body["name"] ?? .null, "oauth": .boolean(false), "settings": .object([:])], to: collection)
        case (.post, _, 0): return register(body, in: collection)
        case (.post, _, 2) where rest[1] == "revisions":
            return change(collection, rest[0]) { shown in
                let number = shown["revision"]?.integerValue ?? 0
                var revised = body
                for name in ["id", "client_id"] { revised[name] = shown[name] }
                if collection == "api-identities" { revised["apis"] = shown["apis"] }
                revised["revision"] = .integer(number + 1)
                shown = self.shown(revised)
            }
        case (.post, _, 2) where rest[1] == "retirement":
            for environment in lists["environments"] ?? [] {
                _ = change("environments", environment["name"]?.stringValue ?? "") { shown in
                    for member in ["apis", "api_identities"] { shown = without(rest[0], member, shown) }
                }
            }
            return change(collection, rest[0]) { $0["retired"] = .boolean(true) }
        case (_, "api-identities", 3):
            return change(collection, rest[0]) { shown in
                var apis = shown["apis"]?.arrayValue ?? []
                apis.removeAll { $0 == .string(rest[2]) }
                if request.method == .put { apis.append(.string(rest[2])) }
                shown["apis"] = .array(apis)
            }
        case (.put, "environments", 2): return change(collection, rest[0]) { $0["settings"] = .object(body) }
        case (_, "environments", 3):
            return change(collection, rest[0]) { self.deploy(rest[2], request.method == .put, &$0) }
        default: return nil
        }
    }

    private func deploy(_ id: String, _ isWanted: Bool, _ shown: inout JSONObject) {
        guard id != "oauth" else {
            shown["oauth"] = .boolean(isWanted)
            return
        }
        let (member, collection) = id.hasPrefix("api_") ? ("apis", "apis") : ("api_identities", "api-identities")
        var deployed = shown[member]?.objectValue ?? JSONObject()
        deployed[id] = isWanted ? thing(collection, id)?["revision"] : nil
        shown[member] = .object(deployed)
    }

    private func without(_ id: String, _ member: String, _ shown: JSONObject) -> JSONObject {
        var shown = shown
        var deployed = shown[member]?.objectValue ?? JSONObject()
        deployed[id] = nil
        shown[member] = .object(deployed)
        return shown
    }

    private func register(_ body: JSONObject, in collection: String) -> JSONObject? {
        let number = counts[collection, default: 0] + 1
        counts[collection] = number
        let prefix = ["apis": "api", "api-identities": "idn", "apps": "app"][collection] ?? "x"
        var thing = body
        thing["id"] = .string("\(prefix)_\(number)")
        thing["revision"] = .integer(1)
        if collection == "apps" { thing["client_id"] = thing["id"] }
        var answer = add(shown(thing), to: collection)
        if collection == "apps" { answer["client_secret"] = .string("secret-\(number)") }
        return answer
    }

    /// As the service shows a thing: defaults written out, sealed values kept back.
    private func shown(_ thing: JSONObject) -> JSONObject {
        var shown = thing
        shown["retired"] = .boolean(false)
        shown["version"] = shown["version"] ?? .string("1")
        shown["has_extra_info"] = .boolean(shown["extra_info"] != nil)
        shown["extra_info"] = nil
        shown["scopes"] = shown["scopes"] ?? (shown["client_id"] == nil ? .array([]) : nil)
        if let url = shown["destination"]?.stringValue, let mark = url.firstIndex(of: "?") {
            shown["destination"] = .string(String(url[..<mark]))
            shown["sealed_queries"] = .array([.string("destination")])
        }
        return shown
    }

    private func add(_ thing: JSONObject, to collection: String) -> JSONObject {
        lists[collection]?.append(thing)
        return thing
    }

    private func index(_ collection: String, _ id: String) -> Int? {
        lists[collection]?.firstIndex { $0["id"] == .string(id) || $0["id"] == nil && $0["name"] == .string(id) }
    }

    private func thing(_ collection: String, _ id: String) -> JSONObject? {
        index(collection, id).flatMap { lists[collection]?[$0] }
    }

    private func change(_ collection: String, _ id: String, _ body: (inout JSONObject) -> Void) -> JSONObject? {
        guard let index = index(collection, id), var shown = lists[collection]?[index] else { return nil }
        body(&shown)
        lists[collection]?[index] = shown
        return shown
    }
}

extension FakeService {
    /// Applies without asking.
    @discardableResult
    func apply(_ text: String, prune: Bool = false) throws -> Applied {
        var applied = Applied()
        let file = try EstateFile(parsing: Array(text.utf8))
        try Application(file: file, prune: prune, api: self).run(into: &applied) { _ in true }
        return applied
    }

    func plan(_ text: String, prune: Bool = false) throws -> [String] {
        let estate = try EstateRead(api: self).estate()
        return Plan(try EstateFile(parsing: Array(text.utf8)), on: estate, prune: prune).steps.map { "\($0)" }
    }
}
