internal import CanonicalJSON
internal import LedgerCrypto

extension History.Entry {
    /// The event as one line of JSON: `event` exactly as it is recorded, with its leaf hash and summary.
    public var jsonLine: [UInt8] {
        var writer = JSONWriter(reservingCapacity: body.count + 512)
        writer.beginObject()
        writer.name("event")
        writer.raw(body)
        writer.name("leaf_hash")
        writer.string(leafHash.hex)
        writer.name("summary")
        writer.string(summary)
        writer.endObject()
        return writer.bytes
    }
}
