public import AuthorizationCore

/// Why a question was not answered. Its description is one sentence that says what to do.
public enum WhatIfFault: Error, Sendable, Equatable {
    case audit(AuditError)
    /// Neither a change nor an estate file was given.
    case nothingChanges
    /// The text of a change that is not in the grammar, and the form that was expected.
    case malformed(String, expected: String)
    case unknown(String, noun: String)
    case ambiguous(String, noun: String, ids: [String])
    /// A member that a revision or an environment's settings do not have, or another value than it can hold.
    case member(String, of: String)
    case beyondHead(Position, change: String, size: Int64)
    /// The estate file, and what is wrong with it, without a full stop.
    case estateFile(String)
}

extension WhatIfFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .audit(let error): "\(error)"
        case .nothingChanges: "Nothing would change: say what with --change or --estate."
        case .malformed(let text, let expected): "The change '\(text)' is not of the form: \(expected)."
        case .unknown(let name, let noun): "The ledger has no \(noun) with the id or name '\(name)'."
        case .ambiguous(let name, let noun, let ids):
            "'\(name)' is the name of more than one \(noun); use an id: \(ids.joined(separator: ", "))."
        case .member(let member, let thing):
            "'\(member)' is no member of \(thing), or it cannot hold that value."
        case .beyondHead(let position, let change, let size):
            "The change '\(change)' would hold from position \(position), but the newest event stands at \(size - 1)."
        case .estateFile(let sentence): "The estate file is not one that can be applied: \(sentence)."
        }
    }
}
