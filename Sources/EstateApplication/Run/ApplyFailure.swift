internal import CanonicalJSON
internal import CommandLineTools
internal import IdentityClient
internal import EstateFiles

/// What a service says about a request that it refuses (RFC 9457).
struct Problem: Equatable, Sendable {
    let status: Int
    let title: String
    let reason: String
    let detail: String?
    let fields: [String]

    init(_ answer: ManagementAnswer) {
        status = answer.status
        title = answer.object["title"]?.stringValue ?? "The answer has the status \(answer.status)"
        reason = answer.object["reason"]?.stringValue ?? "unknown"
        detail = answer.object["detail"]?.stringValue
        fields = answer.object["fields"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    var sentence: String {
        let place = fields.isEmpty ? "" : ": \(fields.joined(separator: ", "))"
        return "\(title)\(place) (\(reason)\(detail.map { ", \($0)" } ?? ""))."
    }
}

/// Why an estate could not be read or applied to its end.
enum ApplyFailure: Error, Equatable {
    /// Nobody answered. After a write it is unknown whether it was done.
    case unreachable(ServiceClientError, hasWritten: Bool)
    /// The answer to a request for this path is not what a service of ours answers.
    case notUnderstood(String)
    case refused(String, Problem)
    /// Something of the file would stand beside a thing whose name nobody could tell from it.
    case alike(Kind, name: String, standing: String)
    /// Others changed the estate as often as it was planned anew.
    case keepsMoving

    var sentence: String {
        switch self {
        case .unreachable(let error, let hasWritten):
            let rest = hasWritten ? " Whether the last step was done is unknown: apply again to see what is left." : ""
            return "The service cannot be asked: \(Self.text(of: error)).\(rest)"
        case .notUnderstood(let path):
            return "The answer about /\(path) is not one of this version of AuthLedger: is --server the right address?"
        case .refused(let step, let problem):
            return "The service refused to \(step). \(problem.sentence)"
        case .alike(let kind, let name, let standing):
            return
                "The \(kind.noun) \"\(name)\" of the file differs only in case or spaces from \"\(standing)\", which is there "
                + "already: write its name as it stands, or choose another."
        case .keepsMoving:
            return "Others keep changing the estate: apply again when they are done."
        }
    }

    var status: ExitStatus {
        switch self {
        case .unreachable, .notUnderstood: .impossible
        case .refused(_, let problem): problem.status < 500 ? .finding : .impossible
        case .keepsMoving, .alike: .finding
        }
    }

    private static func text(of error: ServiceClientError) -> String {
        switch error {
        case .noURL(let reason): "its address is no URL (\(reason.rawValue))"
        case .unprotected: "plain http goes to this machine only"
        case .keyUnusable: "AUTHLEDGER_KEY is no operator's key"
        case .fieldUnusable(let name): "the field \(name) cannot be sent"
        case .failed(let failure): failure.rawValue
        }
    }
}
