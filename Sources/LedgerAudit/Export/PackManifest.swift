internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog
internal import LedgerCrypto

/// What a pack says about itself.
struct PackManifest {
    private static let format = "authledger/evidence@v1"

    let question: HistoryFilter
    let range: Range<Int64>
    let checkpoint: Checkpoint
    let events: Int
    let estateEvents: Int
    /// The names of the review's files.
    let review: [String]
    let verifierKey: VerifierKey?

    func json(files: [JSONValue]) -> JSONValue {
        .object([
            "checkpoint": .object([
                "origin": .string(checkpoint.origin),
                "root": .string(checkpoint.root.withUnsafeBytes { Base64.encode($0) }),
                "size": .integer(Int64(checkpoint.size)),
            ]),
            "estate_events": .integer(Int64(estateEvents)),
            "events": .integer(Int64(events)),
            "files": .array(files),
            "format": .string(Self.format),
            "question": .object([
                "api": Self.texts(question.apis),
                "app": Self.texts(question.apps),
                "before": .integer(range.upperBound),
                "decision": Self.texts(question.decisions),
                "environment": Self.texts(question.environments),
                "from": .integer(range.lowerBound),
                "identity": Self.texts(question.identities),
                "jti": Self.texts(question.tokens),
                "type": .array(question.types.map(\.text).sorted().map { .string($0) }),
            ]),
            "review": .array(review.map { .string($0) }),
            "vkey": verifierKey.map { .string($0.text) } ?? .null,
            "whole_range": .boolean(!question.isNarrowed),
        ])
    }

    private static func texts<Value: TextValue & Hashable>(_ values: Set<Value>) -> JSONValue {
        .array(values.map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { .string($0) })
    }

    /// For whoever opens the pack.
    var readme: [UInt8] {
        let key = verifierKey.map { "The pack itself names this key, which is not independent: \($0.text)\n" } ?? ""
        return Array(
            """
            Evidence from the authorization ledger '\(checkpoint.origin)'

            \(events) recorded events that answer a question (manifest.json, "question"), and \(estateEvents) events of the
            estate that they stood in, proved to stand in the log that the checkpoint of \(checkpoint.size) events describes.

            To verify, offline, with Python 3.9 or later and the package 'cryptography':

                python3 verify.py --vkey 'KEY' .

            KEY is the ledger's checkpoint key. Take it from whoever runs the ledger or from your own records, not from
            this pack, and verify.py from a copy of your own if you can: a pack could bring a verifier that lies.
            \(key)
            events/       the events, one a line, exactly as they were recorded
            estate/       further events that made the identity chains and policies of the time
            proof         hashes that lead from all these events to the checkpoint's root (RFC 6962, shared parts once):
                          the roots of the largest parts of the tree that hold none of the events, from left to right
            checkpoint    the signed checkpoint (C2SP tlog-checkpoint)
            chains.json   which API Identities could vouch for an API's users, from which position on, and why
            policies.json which event holds which revision of an API, an API Identity or an app
            review/       the zero-trust review of the same period: a page, Markdown and JSON
            manifest.json the question, and the digest of every file

            Proved: that these bytes stand at these positions of the log that was signed; that the chains and policies
            follow from the events in the pack; that each decision agrees with its own request, attempts and chain.
            Not proved: that no other event of the log answers the question, unless the whole range is in the pack; that
            what the events say of the outside world was so; the review, which 'authaudit review' makes again from the whole
            log; and the manifest itself, which is not signed.

            Personal values are not in this pack: where an event has one, its salted commitment stands. Identifiers of
            accounts are pseudonyms, and still personal data to a regulator.

            """.utf8)
    }
}

extension HistoryFilter.TypePattern {
    fileprivate var text: String {
        switch self {
        case .exactly(let type): type.rawValue
        case .family(let prefix): prefix
        }
    }
}
