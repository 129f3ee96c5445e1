public import AuthorizationCore
public import CanonicalJSON
public import LedgerCrypto

/// What verifying a ledger found.
public struct VerificationReport: Sendable {
    /// By position, those that are about no event last.
    public internal(set) var findings: [Finding] = []
    /// There were so many findings, or the file could be read so badly, that not everything was looked at.
    public internal(set) var isCutShort = false

    public internal(set) var origin = ""
    /// The size that the head says.
    public internal(set) var size: Int64 = 0
    /// The root that the head says; the events have it unless a finding says otherwise.
    public internal(set) var root: SHA256Digest
    /// Events whose bytes were hashed and read.
    public internal(set) var eventsRead: Int64 = 0
    public internal(set) var estateEvents = 0
    public internal(set) var decisions: Int64 = 0
    /// Decisions that a running service had not ended when the check began.
    public internal(set) var decisionsUnderWay = 0
    public internal(set) var checkpoints = 0
    /// The largest tree whose checkpoint is good.
    public internal(set) var signedSize: Int64?
    public internal(set) var sealedWhole = 0
    public internal(set) var sealedErased = 0
    public internal(set) var sealedGone = 0
    /// The key that checkpoints were verified with, as a vkey.
    public internal(set) var verifierKey = ""
    /// The key came from the caller, not from the ledger itself.
    public internal(set) var keyIsIndependent = false
    /// What this run did not look at, one sentence each.
    public internal(set) var notChecked: [String] = []

    public var isSound: Bool { findings.isEmpty }

    /// The first place at which the record is damaged or, where it is not, the first of the other findings.
    public var firstBadPosition: Position? {
        for severity in Finding.Severity.allCases {
            let first = findings.first { $0.severity == severity && $0.position != nil }
            if let first { return first.position }
        }
        return nil
    }

    init(root: SHA256Digest) { self.root = root }
}

extension VerificationReport {
    /// The report as a JSON object.
    public var json: JSONValue {
        let list = findings.map { finding -> JSONValue in
            var object: JSONObject = [
                "severity": .string(finding.severity.rawValue), "sentence": .string(finding.sentence),
            ]
            if let position = finding.position { object["position"] = .integer(position.value) }
            return .object(object)
        }
        var object: JSONObject = [
            "sound": .boolean(isSound), "findings": .array(list), "cut_short": .boolean(isCutShort),
            "origin": .string(origin), "size": .integer(size), "root": .string(root.hex),
            "events": .object(["read": .integer(eventsRead), "estate": .integer(Int64(estateEvents))]),
            "decisions": .object([
                "ended": .integer(decisions), "under_way": .integer(Int64(decisionsUnderWay)),
            ]),
            "checkpoints": .object(["count": .integer(Int64(checkpoints))]),
            "sealed": .object([
                "whole": .integer(Int64(sealedWhole)), "erased": .integer(Int64(sealedErased)),
                "gone": .integer(Int64(sealedGone)),
            ]),
            "key": .object([
                "vkey": .string(verifierKey), "independent": .boolean(keyIsIndependent),
            ]),
            "not_checked": .array(notChecked.map { .string($0) }),
        ]
        if let first = firstBadPosition { object["first_bad_position"] = .integer(first.value) }
        if let signedSize { object["signed_size"] = .integer(signedSize) }
        return .object(object)
    }
}
