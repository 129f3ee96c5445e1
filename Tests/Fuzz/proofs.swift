// Throws any bytes at the readers of everything that an auditor takes from strangers: notes, checkpoints, receipts, vkeys,
// tile paths, bundles and proofs. A reader may refuse; it must not crash, and what it accepts it must write back as it was.
//
// From the package's folder, with BUILD a scratch folder and RUN a number of seconds:
//
//     swiftc -O -wmo -parse-as-library -swift-version 6 -enable-upcoming-feature InternalImportsByDefault \
//         -sanitize=address -emit-module -emit-module-path $BUILD/LedgerCrypto.swiftmodule -module-name LedgerCrypto \
//         -I Sources/COpenSSL -c -o $BUILD/LedgerCrypto.o $(find Sources/LedgerCrypto -name '*.swift')
//     swiftc -O -wmo -parse-as-library -swift-version 6 -enable-upcoming-feature InternalImportsByDefault \
//         -sanitize=fuzzer,address -module-name EventLog -I $BUILD -I Sources/COpenSSL \
//         $(find Sources/EventLog/Merkle Sources/EventLog/Tiles Sources/EventLog/Notes -name '*.swift') \
//         Tests/Fuzz/proofs.swift $BUILD/LedgerCrypto.o -lcrypto -o $BUILD/fuzz-proofs
//     SWIFT_BACKTRACE=enable=no $BUILD/fuzz-proofs -max_total_time=$RUN -max_len=4096 $BUILD/corpus
//
// The first byte of an input chooses the reader. The corpus folder may start empty; a checkpoint behind a zero byte is a
// good seed.

import LedgerCrypto

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzProofs(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard let choice = input.first else { return 0 }
    let bytes = [UInt8](input.dropFirst())
    switch choice % 8 {
    case 0:
        if let note = try? SignedNote(parsing: bytes) {
            precondition(note.bytes == bytes, "a note was written differently")
            _ = try? note.verify(with: keys)
        }
    case 1:
        if let checkpoint = try? Checkpoint(parsing: bytes) {
            precondition(checkpoint.text == bytes, "a checkpoint was written differently")
        }
    case 2:
        if let receipt = try? Receipt(parsing: bytes) {
            precondition(receipt.bytes == bytes, "a receipt was written differently")
            precondition(
                (try? receipt.verify(leaf: bytes, origin: "example.com/foo", logKeys: keys)) == nil,
                "a signature was forged")
        }
    case 3:
        let text = String(decoding: bytes, as: UTF8.self)
        if let key = try? VerifierKey(text) { precondition(key.text == text, "a vkey was written differently") }
    case 4:
        let text = String(decoding: bytes, as: UTF8.self)
        if let path = TilePath(text) { precondition(path.text == text, "a path was written differently") }
    case 5:
        bundle(bytes)
    case 6:
        inclusion(bytes)
    default:
        consistency(bytes)
    }
    return 0
}

private func bundle(_ bytes: [UInt8]) {
    guard let width = bytes.first, let entries = try? EntryBundle.entries(in: [UInt8](bytes[1...]), width: Int(width))
    else { return }
    var written: [UInt8] = []
    for entry in entries { try? EntryBundle.append([UInt8](entry), to: &written) }
    precondition(written == [UInt8](bytes[1...]), "a bundle was written differently")
}

/// Any numbers and hashes: no proof leads to a root that nobody hashed, and no number stops the process.
private func inclusion(_ bytes: [UInt8]) {
    guard bytes.count >= 16 else { return }
    let proof = InclusionProof(index: number(bytes[0..<8]), size: number(bytes[8..<16]), hashes: digests(bytes[16...]))
    let isProved: Void? = try? proof.verify(leafHash: SHA256.leafHash(bytes), root: SHA256.hash(bytes))
    precondition(isProved == nil, "a root was found by chance")
}

private func consistency(_ bytes: [UInt8]) {
    guard bytes.count >= 16 else { return }
    let proof = ConsistencyProof(
        oldSize: number(bytes[0..<8]), newSize: number(bytes[8..<16]), hashes: digests(bytes[16...]))
    let (old, new) = (SHA256.leafHash(bytes), SHA256.hash(bytes))
    let isProved: Void? = try? proof.verify(oldRoot: old, newRoot: new)
    precondition(isProved == nil, "a root was found by chance")
    _ = try? proof.verifyAsWitness(oldRoot: old, newRoot: new)
}

private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

private func digests(_ bytes: ArraySlice<UInt8>) -> [SHA256Digest] {
    stride(from: bytes.startIndex, to: bytes.endIndex - 31, by: 32).compactMap {
        SHA256Digest(bytes: [UInt8](bytes[$0..<($0 + 32)]))
    }
}

/// The key of the C2SP signed-note example, whose private half is not published.
private let keys = [
    try? VerifierKey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
].compactMap { $0 }
