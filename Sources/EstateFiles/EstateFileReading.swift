internal import AuthorizationCore
internal import CanonicalJSON

extension EstateFile {
    /// Reads an estate file strictly. Every reference names a thing of the file: an estate stands for itself.
    package init(parsing bytes: [UInt8]) throws(EstateFileError) {
        let document: JSONValue
        do throws(JSONParseError) {
            document = try JSON.parse(bytes, maximumBytes: Self.maximumBytes)
        } catch {
            let (line, column) = Self.place(of: error.offset, in: bytes)
            throw EstateFileError(FilePath(), .notJSON(reason: error.reason.rawValue, line: line, column: column))
        }
        guard let object = document.objectValue else { throw EstateFileError(FilePath(), .notAnObject) }
        let known = ["environments"] + Kind.allCases.map(\.member)
        if let unknown = object.members.first(where: { !known.contains($0.name) }) {
            throw EstateFileError(FilePath().appending(unknown.name), .unknownMember)
        }
        for kind in Kind.allCases { things[kind] = try Self.things(of: kind, in: object) }
        environments = try Self.environments(in: object)
        try checkReferences()
    }

    private static func things(of kind: Kind, in object: JSONObject) throws(EstateFileError) -> [DeclaredThing] {
        let path = FilePath().appending(kind.member)
        var things: [DeclaredThing] = []
        var names: [String: String] = [:]
        for (index, element) in try array(object[kind.member], at: path).enumerated() {
            let path = path.appending(index)
            guard var body = element.objectValue else { throw EstateFileError(path, .wrongForm("an object")) }
            let apis = kind == .api ? [] : try references(body["apis"], at: path.appending("apis"))
            if kind != .api { body["apis"] = nil }
            var sameUserStore: Bool?
            if kind == .identity, let value = body["same_user_store"] {
                try Member.Form.flag.check(value, at: path.appending("same_user_store"))
                sameUserStore = value.booleanValue
                body["same_user_store"] = nil
            }
            try kind.members.check(body, at: path)
            guard let name = body["name"]?.stringValue, let likeness = Name(text: name)?.likeness else {
                throw EstateFileError(path.appending("name"), .notAName(of: kind.noun))
            }
            if let other = names.updateValue(name, forKey: likeness) {
                throw EstateFileError(path.appending("name"), .repeatedName(other, of: kind.noun, as: name))
            }
            things.append(
                DeclaredThing(kind: kind, name: name, content: body, apis: apis, sameUserStore: sameUserStore))
        }
        return things
    }

    private static func environments(in object: JSONObject) throws(EstateFileError) -> [DeclaredEnvironment] {
        let path = FilePath().appending("environments")
        guard let value = object["environments"] else { return [] }
        guard let object = value.objectValue else { throw EstateFileError(path, .wrongForm("an object")) }
        var environments: [DeclaredEnvironment] = []
        for member in object.members {
            let path = path.appending(member.name)
            guard isEnvironmentName(member.name) else { throw EstateFileError(path, .notAName(of: "environment")) }
            guard let body = member.value.objectValue else { throw EstateFileError(path, .wrongForm("an object")) }
            try [
                Member("oauth", .flag), Member("settings", .group(RevisionMembers.settings)), Member("apis", .texts),
                Member("api_identities", .texts),
            ].check(body, at: path)
            var environment = DeclaredEnvironment(name: member.name)
            environment.oauth = body["oauth"]?.booleanValue
            environment.settings = body["settings"]?.objectValue
            for kind in [Kind.api, .identity] where body[kind.member] != nil {
                environment.deployed[kind] = try references(body[kind.member], at: path.appending(kind.member))
            }
            environments.append(environment)
        }
        return environments
    }

    private func checkReferences() throws(EstateFileError) {
        for kind in [Kind.identity, .app] {
            for (index, thing) in (things[kind] ?? []).enumerated() {
                let path = FilePath().appending(kind.member).appending(index)
                try check(thing.apis, are: .api, at: path.appending("apis"))
                for member in thing.content["destinations"]?.objectValue?.members ?? []
                where !environments.contains(where: { $0.name == member.name }) {
                    throw EstateFileError(
                        path.appending("destinations").appending(member.name),
                        .unknownReference(member.name, of: "environment"))
                }
            }
        }
        for environment in environments {
            let path = FilePath().appending("environments").appending(environment.name)
            for kind in Kind.allCases {
                try check(environment.deployed[kind] ?? [], are: kind, at: path.appending(kind.member))
            }
        }
    }

    private func check(_ names: [String], are kind: Kind, at path: FilePath) throws(EstateFileError) {
        for (index, name) in names.enumerated() where named(name, kind) == nil {
            throw EstateFileError(path.appending(index), .unknownReference(name, of: kind.noun))
        }
    }

    private static func array(_ value: JSONValue?, at path: FilePath) throws(EstateFileError) -> [JSONValue] {
        guard let value else { return [] }
        guard let elements = value.arrayValue else { throw EstateFileError(path, .wrongForm("an array")) }
        guard elements.count <= maximumThings else { throw EstateFileError(path, .tooMany(maximumThings)) }
        return elements
    }

    private static func references(_ value: JSONValue?, at path: FilePath) throws(EstateFileError) -> [String] {
        guard let value else { return [] }
        try Member.Form.texts.check(value, at: path)
        let names = value.arrayValue?.compactMap(\.stringValue) ?? []
        for (index, name) in names.enumerated() where names[..<index].contains(name) {
            throw EstateFileError(path.appending(index), .repeatedReference(name))
        }
        return names
    }

    /// A lower-case letter, then up to 31 of `a-z 0-9 -`: it becomes part of paths.
    private static func isEnvironmentName(_ name: String) -> Bool {
        guard let first = name.utf8.first, (97...122).contains(first) else { return false }
        return name.utf8.count <= 32
            && name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }

    /// Line and column of a byte, both from 1.
    private static func place(of offset: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
        let before = bytes.prefix(offset)
        let line = before.count { $0 == 0x0A } + 1
        let column = offset - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        return (line, column)
    }
}
