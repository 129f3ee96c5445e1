internal import AuthorizationCore
internal import EventLog
internal import HTTPMessages
internal import LedgerCrypto

/// A write that carries an `Idempotency-Key`: done once, and answered alike each time it comes.
///
/// The log remembers MACs under the state key only, so that neither the key nor the body can be guessed back from it.
struct IdempotentRequest {
    static let field = "Idempotency-Key"
    static let replayedField = "Idempotency-Replayed"
    /// In bytes.
    static let maximumKeyLength = 255

    let key: RememberedRequest.Key

    /// Nil without the field; throws for a key that is none.
    init?(_ request: HTTPRequest, of id: OperatorID, under stateKey: HMACKey) throws(Problem) {
        guard let text = request.fields.first(Self.field) else { return nil }
        guard request.fields.count(of: Self.field) == 1, (1...Self.maximumKeyLength).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Problem(
                status: 400, title: "The Idempotency-Key must be 1 to 255 visible ASCII characters",
                reason: "malformed", fields: [Self.field])
        }
        let names = LengthPrefixed("idempotency/key", id.text, request.method, request.path, text)
        var content = LengthPrefixed("idempotency/request")
        content.append(request.body)
        do throws(CryptoError) {
            key = RememberedRequest.Key(
                key: Bytes32(try stateKey.authenticate(names.bytes)),
                request: Bytes32(try stateKey.authenticate(content.bytes)))
        } catch {
            throw .unavailable
        }
    }

    /// The answer that this request got the first time, without secrets; nil when it never came. Throws when the key
    /// came with another body.
    func firstAnswer(in store: any EventStore, status: Int) async throws(Problem) -> HTTPResponse? {
        let key = self.key
        let found: (remembered: RememberedRequest, past: FirstAppend)?
        do throws(StoreError) {
            found = try await store.read { (reader) throws(StoreError) in
                guard let remembered = try reader.remembered(key.key) else { return nil }
                return (remembered, try FirstAppend(at: remembered.position, in: reader))
            }
        } catch {
            throw .unavailable
        }
        guard let found else { return nil }
        guard found.remembered.request == key.request else {
            throw Problem(
                status: 422, title: "This Idempotency-Key came with another request", reason: "idempotency_key_reused",
                fields: [Self.field])
        }
        guard let subject = found.past.subject else { throw .unavailable }
        var response = EstateAnswer(found.past.estate, size: found.past.estate.size).response(
            showing: subject, status: status, ledger: found.past.place)
        response.fields.append(Self.replayedField, "true")
        return response
    }
}

/// The append that answered a request, and the estate as it stood right after it.
private struct FirstAppend: Sendable {
    var subject: CommandSubject?
    var place: LedgerPlace
    var estate: Estate

    init(at position: Position, in reader: any LedgerReader) throws(StoreError) {
        guard let stored = try reader.event(at: position) else { throw .missing(position) }
        let first = try stored.decoded()
        subject = CommandSubject(of: first.data)
        place = LedgerPlace(position: position, leafHash: stored.leafHash.hex)
        var end = position.advanced(by: 1)
        while let next = try reader.event(at: end), try next.decoded().correlation == first.correlation {
            end = end.advanced(by: 1)
        }
        estate = try Estate(below: end, in: reader)
    }
}
