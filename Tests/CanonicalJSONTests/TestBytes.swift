import CanonicalJSON

func bytes(_ text: String) -> [UInt8] {
    Array(text.utf8)
}

func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
}

/// Nil when the document is accepted.
func reason(for bytes: [UInt8], grammar: JSONGrammar = .strict, maximumBytes: Int = JSON.defaultMaximumBytes)
    -> JSONParseError.Reason?
{
    do throws(JSONParseError) {
        _ = try JSON.parse(bytes, grammar: grammar, maximumBytes: maximumBytes)
        return nil
    } catch {
        return error.reason
    }
}

/// Nil when the whole document is canonical.
func canonicalFault(in bytes: [UInt8]) -> JSONParseError? {
    bytes.withUnsafeBytes { buffer in
        do throws(JSONParseError) {
            var reader = CanonicalReader(buffer)
            try reader.skipValue()
            try reader.end()
            return nil
        } catch {
            return error
        }
    }
}

/// Calls the body with a reader over the text's bytes.
func reading<Result>(
    _ text: String, _ body: (inout CanonicalReader) throws(JSONParseError) -> Result
) throws(JSONParseError) -> Result {
    try reading(bytes(text), body)
}

func reading<Result>(
    _ bytes: [UInt8], _ body: (inout CanonicalReader) throws(JSONParseError) -> Result
) throws(JSONParseError) -> Result {
    try bytes.withUnsafeBufferPointer { (buffer) throws(JSONParseError) in
        var reader = CanonicalReader(UnsafeRawBufferPointer(buffer))
        return try body(&reader)
    }
}
