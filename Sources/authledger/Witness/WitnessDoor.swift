import EventLog
import HTTPMessages
import Threads

/// What a witness answers over HTTP: C2SP tlog-witness, v1.0.0.
///
/// `POST /add-checkpoint` cosigns; `GET /<hex SHA-256 of an origin>/checkpoint` shows what was cosigned last.
struct WitnessDoor: Sendable {
    let logs: [String: WitnessedLog]
    private let names: [String: String]
    private let now: @Sendable () -> UInt64

    init(_ logs: [WitnessedLog], now: @escaping @Sendable () -> UInt64) {
        self.logs = Dictionary(logs.map { ($0.origin, $0) }) { first, _ in first }
        names = Dictionary(logs.map { (WitnessFolder.name(of: $0.origin), $0.origin) }) { first, _ in first }
        self.now = now
    }

    func answer(_ request: HTTPRequest) -> HTTPResponse {
        let segments = request.pathSegments
        if segments == ["add-checkpoint"], request.query == nil {
            guard request.method == "POST" else {
                return Self.refusal(405, "POST a checkpoint here.", ["Allow": "POST"])
            }
            return addCheckpoint(request.body)
        }
        if segments.count == 2, segments[1] == "checkpoint", let origin = names[segments[0]], request.query == nil {
            guard request.method == "GET" || request.method == "HEAD" else {
                return Self.refusal(405, "Only reading is possible here.", ["Allow": "GET, HEAD"])
            }
            guard let note = logs[origin]?.newest else {
                return Self.refusal(404, "Nothing of this log was cosigned yet.")
            }
            return .text(String(decoding: note.bytes, as: UTF8.self), fields: ["Cache-Control": "no-cache"])
        }
        return Self.refusal(404, "There is nothing here.")
    }

    private func addCheckpoint(_ body: [UInt8]) -> HTTPResponse {
        guard let submission = CheckpointSubmission(parsing: body),
            let checkpoint = try? Checkpoint(parsing: submission.checkpoint.text)
        else { return Self.refusal(400, "The body is not an old size, a proof and a signed checkpoint.") }
        // By bytes: Swift takes some different origins for equal.
        guard let log = logs[checkpoint.origin], log.origin.utf8.elementsEqual(checkpoint.origin.utf8) else {
            return Self.refusal(404, "This witness does not know the log.")
        }
        do throws(WitnessedLog.Refusal) {
            let line = try log.cosign(submission, now: now())
            return .text(String(decoding: line, as: UTF8.self), fields: ["Cache-Control": "no-store"])
        } catch {
            switch error {
            case .notKept: return Self.refusal(500, "The witness cannot keep what it signs, so it signs nothing.")
            case .protocolError(let refusal): return Self.answer(to: refusal)
            }
        }
    }

    private static func answer(to refusal: WitnessRefusal) -> HTTPResponse {
        switch refusal {
        case .conflict(let size), .otherRoot(let size):
            HTTPResponse(
                status: refusal.status, fields: ["Content-Type": "text/x.tlog.size", "Cache-Control": "no-store"],
                body: ConflictingSize.bytes(size))
        case .sizesOutOfOrder: Self.refusal(refusal.status, "The old size is larger than the checkpoint's.")
        case .notSigned: Self.refusal(refusal.status, "The checkpoint bears no valid signature of a key of its log.")
        case .proofInvalid:
            Self.refusal(refusal.status, "The proof does not lead from what was cosigned last to the checkpoint.")
        }
    }

    private static func refusal(_ status: Int, _ sentence: String, _ fields: HTTPFields = [:]) -> HTTPResponse {
        .text(sentence + "\n", status: status, fields: fields)
    }
}
