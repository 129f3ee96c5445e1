internal import HTTPMessages

/// What a client says it accepts (RFC 9110, section 12.5.1), as far as we must choose between two types.
struct AcceptedTypes {
    /// More are not looked at.
    static let maximumMembers = 32

    private let members: [(essence: String, quality: Double)]

    init(_ fields: HTTPFields) {
        members = fields.listMembers(of: "Accept").prefix(Self.maximumMembers).compactMap { member in
            guard let type = try? MediaType(parsing: String(member)) else { return nil }
            let quality = type.parameters.first { $0.name == "q" }.map { Double($0.value) ?? 0 } ?? 1
            return (type.essence, quality)
        }
    }

    /// Whether the client names `type` and likes it better than `usual`, which it gets otherwise.
    func prefer(_ type: String, to usual: String) -> Bool {
        quality(of: type) > quality(of: usual)
    }

    private func quality(of type: String) -> Double {
        members.first { $0.essence == type }?.quality ?? 0
    }
}
