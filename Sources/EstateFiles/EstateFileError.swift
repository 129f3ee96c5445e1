/// Where something stands in an estate file: `apps[1].apis[0]`.
package struct FilePath: Equatable, Sendable, CustomStringConvertible {
    package private(set) var description = ""

    package func appending(_ name: String) -> FilePath {
        FilePath(description: description.isEmpty ? name : "\(description).\(name)")
    }

    package func appending(_ index: Int) -> FilePath { FilePath(description: "\(description)[\(index)]") }
}

/// Why an estate file cannot be applied: the first thing that is wrong with it.
package struct EstateFileError: Error, Equatable {
    package let path: FilePath
    package let problem: Problem

    package init(_ path: FilePath, _ problem: Problem) {
        self.path = path
        self.problem = problem
    }

    package enum Problem: Equatable {
        case notJSON(reason: String, line: Int, column: Int)
        case notAnObject
        case unknownMember
        case missing
        case wrongForm(String)
        case notAName(of: String)
        /// Of things of one kind, that a reader could not tell apart.
        case repeatedName(String, of: String, as: String)
        case repeatedReference(String)
        case unknownReference(String, of: String)
        case tooMany(Int)
    }

    /// One sentence without its full stop, for after the file's name.
    package var sentence: String {
        let place = path.description.isEmpty ? "" : "\(path): "
        switch problem {
        case .notJSON(let reason, let line, let column):
            return "line \(line), column \(column): this is not JSON as it must be (\(reason))"
        case .notAnObject: return "an estate is one JSON object"
        case .unknownMember: return "\(place)there is no such member"
        case .missing: return "\(place)this member is missing"
        case .wrongForm(let expected): return "\(place)this must be \(expected)"
        case .notAName(let noun): return "\(place)this cannot be the name of an \(noun)"
        case .repeatedName(let name, let noun, let again):
            let difference = name == again ? "" : ", which differs only in case or spaces"
            return "\(place)there is an \(noun) named \"\(name)\" already\(difference)"
        case .repeatedReference(let name): return "\(place)\"\(name)\" stands there twice"
        case .unknownReference(let name, let noun): return "\(place)there is no \(noun) named \"\(name)\""
        case .tooMany(let limit): return "\(place)there are more than \(limit)"
        }
    }
}
