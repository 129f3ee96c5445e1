// Throws any bytes at the reader of `Authorization: Basic`. It may refuse; it must not crash, and two fields must never be
// taken for one. Tools/fuzz compiles and runs it.
import HTTPMessages
import LedgerCrypto

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzBasic(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let text = String(decoding: bytes, as: UTF8.self)
    check(text)
    // Well-formed base64, so that what stands behind it is reached too.
    check("Basic " + Base64.encode(bytes))
    return 0
}

private func check(_ value: String) {
    let once = BasicCredentials.read(["Authorization": value])
    precondition(BasicCredentials.read(["Authorization": value, "authorization": value]) == nil)
    guard let once else { return }
    precondition(once.id.utf8.count + once.secret.utf8.count <= BasicCredentials.maximumBytes)
}
