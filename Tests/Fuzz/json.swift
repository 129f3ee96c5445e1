// libFuzzer over the parser, the writer and the canonical reader. Not part of any target; from the package's root:
//
//   swiftc -O -parse-as-library -sanitize=fuzzer,address Sources/CanonicalJSON/*.swift Tests/Fuzz/json.swift -o fuzz-json
//   SWIFT_BACKTRACE=enable=no ./fuzz-json -max_total_time=20

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: start, count: count)
    let strict = try? JSON.parse(input, grammar: .strict)
    let foreign = try? JSON.parse(input, grammar: .foreign)
    let inputIsCanonical = isCanonical(input)

    if let strict {
        let written = JSON.canonicalBytes(of: strict)
        precondition((try? JSON.parse(written)) == strict, "the canonical bytes say something else")
        precondition(written.withUnsafeBytes { isCanonical($0) }, "the reader refuses what the writer made")
        precondition(inputIsCanonical == written.elementsEqual(input), "the reader is wrong about the form")
        precondition((try? JSON.parse(JSON.indented(strict))) == strict, "the printout says something else")
        precondition(foreign != nil, "the strict grammar is not the narrower one")
    } else {
        precondition(!inputIsCanonical, "the reader takes what the parser refuses")
    }

    if let foreign {
        precondition(
            (try? JSON.parse(JSON.canonicalBytes(of: foreign), grammar: .foreign, maximumBytes: .max)) == foreign)
        for member in foreign.objectValue?.members ?? [] {
            let source = UnsafeRawBufferPointer(rebasing: input[member.source])
            precondition((try? JSON.parse(source, grammar: .foreign)) == member.value, "the source is another value")
        }
        if let canonical = try? JSON.canonicalizeForeign(Array(input)) {
            precondition((try? JSON.canonicalizeForeign(canonical, maximumBytes: .max)) == canonical)
        }
    }
    walk(input)
    return 0
}

private func isCanonical(_ bytes: UnsafeRawBufferPointer) -> Bool {
    do throws(JSONParseError) {
        var reader = CanonicalReader(bytes)
        try reader.skipValue()
        try reader.end()
        return bytes.count <= JSON.defaultMaximumBytes
    } catch {
        return false
    }
}

/// Reads by hand, with the input's own bytes deciding which call comes next: no sequence of calls may read outside.
private func walk(_ bytes: UnsafeRawBufferPointer) {
    var reader = CanonicalReader(bytes)
    for choice in bytes.prefix(64) {
        do throws(JSONParseError) {
            switch choice % 16 {
            case 0: try reader.beginObject()
            case 1: try reader.endObject()
            case 2: try reader.beginArray()
            case 3: try reader.endArray()
            case 4: _ = reader.hasNextElement()
            case 5: _ = try reader.nextName()
            case 6: _ = try reader.nextName(is: "a")
            case 7: _ = try reader.peekName()?.count
            case 8: _ = try reader.string()
            case 9: _ = try reader.stringBytes().reduce(0, ^)
            case 10: _ = try reader.integer()
            case 11: _ = try reader.boolean()
            case 12: try reader.null()
            case 13: _ = try reader.rawValue().reduce(0, ^)
            case 14: _ = reader.nextIsNull
            default: try reader.end()
            }
        } catch {
            precondition(error.offset >= 0 && error.offset <= bytes.count)
        }
        precondition(reader.offset <= bytes.count)
    }
}
