/// A strict decoder of the chunked coding (RFC 9112, section 7.1).
///
/// Extensions are ignored and trailers checked and dropped, both within limits; bare LF is refused.
package struct ChunkedBody: Sendable {
    private enum State {
        case size
        case data(remaining: Int)
        case dataEnd
        case trailers
    }

    private let maximumBodySize: Int
    private let maximumFieldCount: Int
    private var state = State.size
    private var extensionsSize = 0
    private var trailersSize = 0
    private var trailerCount = 0

    package init(maximumBodySize: Int, maximumFieldCount: Int) {
        self.maximumBodySize = maximumBodySize
        self.maximumFieldCount = maximumFieldCount
    }

    /// Decodes from `position`, moves it behind what was used, and appends to `body`. True when the body is complete.
    package mutating func decode(
        _ bytes: Span<UInt8>, from position: inout Int, into body: inout [UInt8]
    ) throws(RequestRefusal) -> Bool {
        while true {
            switch state {
            case .size:
                let maximum = RequestLimits.maximumChunkLineSize
                guard let line = try Self.takeLine(bytes, &position, maximum: maximum, tooLong: .malformedChunk)
                else { return false }
                let size = try parseSize(bytes.extracting(line))
                guard size <= maximumBodySize - body.count else { throw .bodyTooLarge }
                state = size == 0 ? .trailers : .data(remaining: size)
            case .data(let remaining):
                let count = min(remaining, bytes.count - position)
                body.append(copying: bytes.extracting(position..<(position + count)))
                position += count
                guard count == remaining else {
                    state = .data(remaining: remaining - count)
                    return false
                }
                state = .dataEnd
            case .dataEnd:
                guard position < bytes.count else { return false }
                guard bytes[position] == UInt8(ascii: "\r") else { throw .malformedChunk }
                guard position + 1 < bytes.count else { return false }
                guard bytes[position + 1] == UInt8(ascii: "\n") else { throw .malformedChunk }
                position += 2
                state = .size
            case .trailers:
                let left = RequestLimits.maximumTrailersSize - trailersSize
                guard let line = try Self.takeLine(bytes, &position, maximum: left, tooLong: .trailersTooLarge)
                else { return false }
                guard !line.isEmpty else { return true }
                _ = try FieldLine.parse(bytes.extracting(line))
                trailersSize += line.count
                trailerCount += 1
                guard trailerCount <= maximumFieldCount else { throw .trailersTooLarge }
            }
        }
    }

    /// The next line without its CRLF, or nil when it has not come yet.
    private static func takeLine(
        _ bytes: Span<UInt8>, _ position: inout Int, maximum: Int, tooLong: RequestRefusal
    ) throws(RequestRefusal) -> Range<Int>? {
        let limit = min(bytes.count, position + maximum + 2)
        var index = position
        while index < limit, bytes[index] != UInt8(ascii: "\n") { index += 1 }
        guard index < limit else {
            guard index - position < maximum + 2 else { throw tooLong }
            return nil
        }
        guard index > position, bytes[index - 1] == UInt8(ascii: "\r") else { throw .malformedChunk }
        defer { position = index + 1 }
        return position..<(index - 1)
    }

    /// `chunk-size [ chunk-ext ]`: hexadecimal digits, then nothing or a semicolon and visible text.
    private mutating func parseSize(_ line: Span<UInt8>) throws(RequestRefusal) -> Int {
        var size = 0
        var index = 0
        while index < line.count, let digit = line[index].hexadecimalValue {
            // 15 digits are more than any limit, and no more than an `Int` holds.
            guard index < 15 else { throw .malformedChunk }
            size = size << 4 | Int(digit)
            index += 1
        }
        guard index > 0 else { throw .malformedChunk }
        guard index < line.count else { return size }
        guard line[index] == UInt8(ascii: ";") else { throw .malformedChunk }
        extensionsSize += line.count - index
        guard extensionsSize <= RequestLimits.maximumChunkExtensionsSize else { throw .malformedChunk }
        while index < line.count {
            guard line[index] >= 0x20 && line[index] != 0x7F || line[index] == 0x09 else { throw .malformedChunk }
            index += 1
        }
        return size
    }
}

extension [UInt8] {
    mutating func append(copying bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
    }
}
