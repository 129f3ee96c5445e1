/// What an Ed25519 `cosignature/v1` signs and how it is written: C2SP tlog-cosignature.
enum Cosignature {
    /// The payload is this many bytes of time, big-endian, and 64 bytes of signature.
    static let timeLength = 8
    static let payloadLength = 72

    /// The bytes to sign: a header, the time, and the whole text of the checkpoint with its extension lines.
    static func message(time: UInt64, text: [UInt8]) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n".utf8) + text
    }

    /// The time in a payload, or nil if the payload has another length or the time is after 2^63 − 1.
    static func time(in payload: [UInt8]) -> UInt64? {
        guard payload.count == payloadLength else { return nil }
        let time = payload.prefix(timeLength).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return time <= UInt64(Int64.max) ? time : nil
    }
}
