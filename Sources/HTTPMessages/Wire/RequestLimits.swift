/// How much of a request a reader takes before it refuses.
package struct RequestLimits: Sendable {
    /// A limit for one path and everything below it.
    package struct BodySize: Sendable {
        /// Decoded segments, so that no other spelling of the path escapes the limit.
        package let pathSegments: [String]
        package let maximum: Int

        package init(pathSegments: [String], maximum: Int) {
            self.pathSegments = pathSegments
            self.maximum = maximum
        }
    }

    /// A method is a token of at most this many bytes; the longest registered one has 17.
    package static let maximumMethodSize = 20
    /// A chunk's size line, with its extensions.
    package static let maximumChunkLineSize = 256
    /// All chunk extensions of a body together: they are ignored, so nobody needs many.
    package static let maximumChunkExtensionsSize = 4_096
    /// All trailer fields of a body together; they are checked and dropped.
    package static let maximumTrailersSize = 4_096

    /// Request line, fields and the empty line, in bytes.
    package var maximumHeadSize: Int
    package var maximumFieldCount: Int
    package var maximumTargetSize: Int
    /// The body without its chunk framing, in bytes, where no prefix says otherwise.
    package var maximumBodySize: Int
    package var bodySizes: [BodySize]

    package init(
        maximumHeadSize: Int = 16_384, maximumFieldCount: Int = 100, maximumTargetSize: Int = 8_192,
        maximumBodySize: Int = 65_536, bodySizes: [BodySize] = []
    ) {
        self.maximumHeadSize = maximumHeadSize
        self.maximumFieldCount = maximumFieldCount
        self.maximumTargetSize = maximumTargetSize
        self.maximumBodySize = maximumBodySize
        self.bodySizes = bodySizes
    }

    /// The limit of the longest prefix that this path has.
    package func maximumBodySize(for target: RequestTarget) -> Int {
        bodySizes.filter { target.pathSegments.starts(with: $0.pathSegments) }
            .max { $0.pathSegments.count < $1.pathSegments.count }?.maximum ?? maximumBodySize
    }
}
