// Fuzzes everything that reads bytes from strangers: request heads, both kinds of body, targets, forms and media
// types. From the package's root:
//
//     swiftc -O -parse-as-library -sanitize=fuzzer,address -package-name authledger \
//         Sources/HTTPMessages/*.swift Sources/HTTPMessages/Wire/*.swift Tests/Fuzz/http.swift -o /tmp/fuzz-http
//     SWIFT_BACKTRACE=enable=no /tmp/fuzz-http -max_total_time=60 -max_len=4096
//
// The first byte says where the rest is cut in two: however the bytes come, the outcome must be the same.

private let limits = RequestLimits(
    maximumHeadSize: 512, maximumFieldCount: 8, maximumTargetSize: 128, maximumBodySize: 256,
    bodySizes: [.init(pathSegments: ["m"], maximum: 512)])

private struct Outcome: Equatable {
    var requests: [String] = []
    var bodies: [[UInt8]] = []
    var refusal: RequestRefusal?
}

private func read(_ pieces: [ArraySlice<UInt8>]) -> Outcome {
    var reader = RequestReader(limits: limits)
    var outcome = Outcome()
    do throws(RequestRefusal) {
        for piece in pieces {
            reader.append(piece.span)
            while let (head, body) = try reader.next() {
                check(head, body)
                outcome.requests.append("\(head.method) \(head.target.text) \(head.fields.list) \(head.closes)")
                outcome.bodies.append(body)
            }
        }
    } catch {
        outcome.refusal = error
    }
    return outcome
}

private func check(_ head: RequestHead, _ body: [UInt8]) {
    precondition(body.count <= limits.maximumBodySize(for: head.target))
    precondition(head.fields.list.count <= limits.maximumFieldCount)
    precondition(head.target.text.utf8.count <= limits.maximumTargetSize)
    precondition(head.fields.count(of: "Host") <= 1 && head.fields.count(of: "Content-Length") <= 1)
    precondition(!head.target.pathSegments.contains { $0.utf8.contains(0) })
    for field in head.fields.list {
        precondition(!field.value.utf8.contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F })
        _ = try? MediaType(parsing: field.value)
    }
    if let query = head.target.query { checkForm([UInt8](query.utf8)) }
    checkForm(body)
}

/// A form that can be read is written in a way that reads the same.
private func checkForm(_ bytes: [UInt8]) {
    guard let form = try? FormURLEncoded(parsing: bytes, maximumFields: 16) else { return }
    precondition(form.fields.count <= 16)
    precondition(!form.fields.contains { $0.name.utf8.contains(0) || $0.value.utf8.contains(0) })
    guard let again = try? FormURLEncoded(parsing: form.encoded, maximumFields: 16) else {
        preconditionFailure("a form that was written cannot be read")
    }
    precondition(again == form)
}

@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 0 else { return 0 }
    let cutAt = Int(start[0])
    let bytes = [UInt8](UnsafeBufferPointer(start: start + 1, count: count - 1))
    let cut = min(bytes.count, cutAt * bytes.count / 255)
    precondition(read([bytes[...]]) == read([bytes[..<cut], bytes[cut...]]))
    checkForm(bytes)
    return 0
}
