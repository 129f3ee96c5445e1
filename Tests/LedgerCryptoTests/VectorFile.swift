import Foundation
import LedgerCrypto
import LedgerTestSupport
import Testing

/// A test-vector file as plain JSON; a missing member fails the test with its name.
struct Vector {
    let members: [String: Any]

    static func file(_ name: String) throws -> Vector {
        Vector(members: try parse(name) as? [String: Any] ?? [:])
    }

    static func list(_ name: String) throws -> [Vector] {
        (try parse(name) as? [[String: Any]] ?? []).map { Vector(members: $0) }
    }

    func text(_ name: String) throws -> String {
        guard let text = members[name] as? String else { throw MissingMember(name: name) }
        return text
    }

    func number(_ name: String) throws -> Int {
        guard let number = members[name] as? Int else { throw MissingMember(name: name) }
        return number
    }

    func bytes(_ name: String) throws -> [UInt8] {
        guard let bytes = Hex.decode(try text(name)) else { throw MissingMember(name: name) }
        return bytes
    }

    func object(_ name: String) throws -> Vector {
        guard let object = members[name] as? [String: Any] else { throw MissingMember(name: name) }
        return Vector(members: object)
    }

    func list(_ name: String) throws -> [Vector] {
        guard let list = members[name] as? [[String: Any]] else { throw MissingMember(name: name) }
        return list.map { Vector(members: $0) }
    }

    /// What a Wycheproof case expects. "acceptable" is a weakness that some accept; we do not.
    var isValid: Bool { get throws { try text("result") == "valid" } }

    /// Names a Wycheproof case in a failure.
    var comment: Comment { "case \(members["tcId"] ?? "without number")" }

    /// The members as a JWK reader asks for them.
    func member(_ name: String) -> String? { members[name] as? String }

    private static func parse(_ name: String) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(try Vectors.bytes(name)))
    }

    struct MissingMember: Error { let name: String }
}

/// Bytes of a hexadecimal literal in a test.
func hex(_ text: String) -> [UInt8] { Hex.decode(text.filter { $0 != " " }) ?? [] }
