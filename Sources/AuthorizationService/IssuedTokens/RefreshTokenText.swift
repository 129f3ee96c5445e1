internal import AuthorizationCore

/// A refresh token as its holder sees it: where its family began, its generation, and a secret of ours.
///
/// The numbers find it; only the secret says that it is one.
struct RefreshTokenText: Sendable {
    var family: Position
    var generation: Int64
    var secret: String

    var text: String { "\(family.value).\(generation).\(secret)" }

    init(family: Position, generation: Int64, secret: String) {
        self.family = family
        self.generation = generation
        self.secret = secret
    }

    /// nil for a text that has not this form. A token has one spelling.
    init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let family = Self.number(parts[0]), let generation = Self.number(parts[1]),
            parts[2].utf8.count == Self.secretCount
        else { return nil }
        self.init(family: Position(family), generation: generation, secret: String(parts[2]))
    }

    /// 32 bytes in base64url.
    private static let secretCount = 43

    private static func number(_ text: Substring) -> Int64? {
        guard let number = Int64(text), number >= 0, "\(number)" == text else { return nil }
        return number
    }
}
