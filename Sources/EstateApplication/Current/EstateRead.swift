internal import CanonicalJSON
internal import IdentityClient
internal import EstateFiles

/// Reads the estate from the lists of the management API.
struct EstateRead {
    /// More than any estate has; a service that never ends its lists does not keep us for ever.
    static let maximumPages = 1_000

    let api: any ManagementAPI

    func estate() throws(ApplyFailure) -> CurrentEstate {
        var estate = CurrentEstate()
        // Of several answers the oldest position counts: what changed between two of them is then noticed.
        var position: Int64?
        for object in try items(of: "environments", &position) {
            guard let environment = CurrentEnvironment(object) else { throw .notUnderstood("manager/environments") }
            estate.environments[environment.name] = environment
        }
        for kind in Kind.allCases {
            var things: [String: CurrentThing] = [:]
            for object in try items(of: kind.collection, &position)
            where object["retired"]?.booleanValue != true {
                guard let thing = CurrentThing(object, kind), things[thing.name] == nil else {
                    throw .notUnderstood("manager/\(kind.collection)")
                }
                things[thing.name] = thing
            }
            estate.things[kind] = things
        }
        estate.position = position ?? 0
        return estate
    }

    private func items(of collection: String, _ position: inout Int64?) throws(ApplyFailure) -> [JSONObject] {
        let path = "manager/\(collection)"
        var items: [JSONObject] = []
        var after = ""
        for _ in 0..<Self.maximumPages {
            let answer = try api.ask(ManagementRequest(.get, after.isEmpty ? path : "\(path)?after=\(after)"))
            guard answer.status == 200 else { throw .refused("read \(path)", Problem(answer)) }
            guard let shown = answer.position, let page = answer.object["items"]?.arrayValue else {
                throw .notUnderstood(path)
            }
            position = min(position ?? shown, shown)
            items += page.compactMap(\.objectValue)
            switch answer.object["next"] {
            case .null?: return items
            // Cursors are ids and names of environments: nothing in them has to be encoded, and they ascend.
            case .string(let next)? where next > after: after = next
            case .string?, .boolean?, .integer?, .number?, .array?, .object?, nil: throw .notUnderstood(path)
            }
        }
        throw .notUnderstood(path)
    }
}
