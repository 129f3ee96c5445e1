internal import AuthorizationCore
internal import EstateFiles

extension EstateFile {
    /// The first thing of the file that would be registered beside one whose name a reader could not tell from it.
    func alike(on estate: CurrentEstate) -> (thing: DeclaredThing, standing: String)? {
        for kind in Kind.allCases {
            var standing: [String: String] = [:]
            for name in (estate.things[kind] ?? [:]).keys.sorted() { standing[likeness(name)] = name }
            for thing in things[kind] ?? [] where estate.named(thing.name, kind) == nil {
                if let other = standing[likeness(thing.name)] { return (thing, other) }
            }
        }
        return nil
    }
}

private func likeness(_ name: String) -> String { Name(text: name)?.likeness ?? name }
