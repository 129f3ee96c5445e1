/// The name of a note key: not empty, no white space, no `+`, no control characters.
///
/// Compared by bytes: Swift's `String` takes some different byte sequences for equal.
public struct KeyName: Hashable, Sendable, CustomStringConvertible {
    public static let maximumLength = 255

    public let text: String

    /// Returns nil if the text is no key name.
    public init?(_ text: String) {
        guard (1...Self.maximumLength).contains(text.utf8.count) else { return nil }
        let isAllowed = text.unicodeScalars.allSatisfy { scalar in
            scalar.value >= 0x20 && scalar != "+" && !scalar.properties.isWhitespace
        }
        guard isAllowed else { return nil }
        self.text = text
    }

    init?(_ bytes: ArraySlice<UInt8>) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        self.init(text)
    }

    public var description: String { text }

    public static func == (left: KeyName, right: KeyName) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
