public import AuthorizationCore
internal import CanonicalJSON
internal import EventLog
internal import HTTPMessages
internal import LedgerCrypto
internal import Threads

extension LedgerDoor {
    /// A leaf and the proof, a `.tlog-proof`, that it stands in the log at this position.
    ///
    /// The proof leads to a checkpoint that was kept before this returns, and was verified against it. Throws
    /// ``ReleaseError``; ``ReleaseError/notYetRecorded`` beyond the head.
    public func receipt(at position: Position) async throws -> (leaf: [UInt8], proof: String) {
        let receipt = try await evidence(at: position)
        return (receipt.leaf, receipt.proof)
    }

    func evidence(at position: Position) async throws(ReleaseError) -> Evidence {
        try await evidence(at: position, in: try await releaser.release(covering: position))
    }

    private func evidence(at position: Position, in released: ReleasedHead) async throws(ReleaseError) -> Evidence {
        let roots = releaser.roots
        let result: Result<Evidence, EvidenceFault>
        do throws(StoreError) {
            result = try await context.store.read { (reader) throws(StoreError) in
                guard let stored = try reader.event(at: position) else { throw .missing(position) }
                let tree = StoredTiles(reader: reader, roots: roots).tree(ofSize: released.size)
                return Result { () throws(EvidenceFault) in try Evidence(of: stored, in: tree, released) }
            }
        } catch {
            throw .unavailable("\(error)")
        }
        do throws(EvidenceFault) {
            return try result.get()
        } catch {
            throw .unavailable("no receipt for \(position): \(error)")
        }
    }

    // MARK: Over HTTP

    /// Who asks is settled before anything is looked up, so that the answer tells nobody else what stands where.
    ///
    /// With `quorum`, the receipt carries a checkpoint that the quorum of the witnesses cosigned, or there is none: 503
    /// until there is one that covers the position.
    func receipt(_ text: String, quorum: String?, for request: HTTPRequest) async -> HTTPResponse {
        guard quorum == nil || quorum == "1" else {
            return Problem(status: 400, title: "quorum is 1 or absent", reason: "malformed", fields: ["quorum"])
                .response()
        }
        let state = context.store.state
        let asker: Asker
        switch self.asker(of: request, in: state.estate) {
        case .success(let found): asker = found
        case .failure(let refusal): return refusal.answer
        }
        guard let position = Self.position(text), position.value < state.head.size,
            await maySee(position, asker)
        else { return Problem.notFound.response() }

        let evidence: Evidence
        do throws(ReleaseError) {
            if quorum == nil {
                evidence = try await self.evidence(at: position)
            } else {
                switch witnessed(position) {
                case .success(let head): evidence = try await self.evidence(at: position, in: head)
                case .failure(let refusal): return refusal.answer
                }
            }
        } catch {
            return error.answer
        }
        if case .auditor(let id) = asker,
            let refused = await context.recordReading(
                "receipt", by: id, of: position.value..<(position.value + 1), consulted: state.consulted)
        {
            return refused
        }
        let fields: HTTPFields = ["Cache-Control": "no-store", "Vary": "Accept"]
        return AcceptedTypes(request.fields).prefer("application/json", to: "text/plain")
            ? .json(evidence.json, fields: fields) : .text(evidence.proof, fields: fields)
    }

    /// Fail-closed: whoever asks for a witnessed receipt never gets another.
    private func witnessed(_ position: Position) -> Result<ReleasedHead, Refusal> {
        guard let witnessing = witnessing.withLock({ $0 }) else {
            let problem = Problem(
                status: 503, title: "This ledger has no witnesses, so no receipt is witnessed", reason: "no_witnesses")
            return .failure(Refusal(answer: problem.response()))
        }
        if let head = witnessing.cosigned(covering: position) { return .success(head) }
        witnessing.hurry(for: position)
        let problem = Problem(
            status: 503, title: "The quorum of the witnesses has not cosigned this event yet", reason: "not_witnessed")
        return .failure(Refusal(answer: problem.response(fields: ["Retry-After": "1"])))
    }

    private enum Asker: Sendable {
        case auditor(OperatorID)
        case app(AppID)
    }

    private struct Refusal: Error {
        var answer: HTTPResponse
    }

    private func asker(of request: HTTPRequest, in estate: Estate) -> Result<Asker, Refusal> {
        let scheme = request.fields.first("Authorization")?.split(separator: " ").first?.lowercased()
        if scheme == "basic" {
            let client = authenticateClient(request.fields, in: estate, at: context.clock())
            // As at the token endpoint, an app that is suspended or retired is none.
            guard client.credential != nil, let id = client.app, let app = estate.apps[id],
                app.retiredAt == nil, app.suspendedAt == nil
            else { return .failure(Refusal(answer: Self.unauthenticated)) }
            return .success(.app(id))
        }
        switch context.operator(of: request, having: .auditor, in: estate) {
        case .success(let auditor): return .success(.auditor(auditor.id))
        case .failure(let error):
            switch error.refusal {
            case .unauthenticated, .expired: return .failure(Refusal(answer: Self.unauthenticated))
            case .lacksRole: return .failure(Refusal(answer: error.answer))
            }
        }
    }

    private static var unauthenticated: HTTPResponse {
        Problem(status: 401, title: "An auditor's key or the app's credentials are needed", reason: "unauthenticated")
            .response(fields: [
                "WWW-Authenticate": "Bearer realm=\"authledger\"",
                "WWW-Authenticate": "Basic realm=\"authledger\", charset=\"UTF-8\"",
            ])
    }

    /// An app sees its own tokens and nothing else.
    private func maySee(_ position: Position, _ asker: Asker) async -> Bool {
        guard case .app(let id) = asker else { return true }
        let owner = try? await context.store.read { (reader) throws(StoreError) -> AppID? in
            guard let stored = try reader.event(at: position) else { return nil }
            guard let event = try? RecordedForm.decode(stored.body), case .tokens(.issued(let issued)) = event.data
            else {
                return nil
            }
            return issued.claims.clientID
        }
        return owner == id
    }

    /// A position has one spelling.
    private static func position(_ text: String) -> Position? {
        guard let value = Int64(text), value >= 0, String(value) == text else { return nil }
        return Position(value)
    }
}
