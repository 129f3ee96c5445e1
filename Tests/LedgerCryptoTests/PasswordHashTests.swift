import Testing

@testable import LedgerCrypto

@Suite struct PasswordHashTests {
    struct Vector: Sendable {
        let password: String, salt: String, iterations: Int, derived: String
    }

    /// RFC 7914, section 11.
    @Test(arguments: [
        Vector(
            password: "passwd", salt: "salt", iterations: 1,
            derived: "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
                + "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"),
        Vector(
            password: "Password", salt: "NaCl", iterations: 80_000,
            derived: "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
                + "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d"),
    ])
    func `derives what the RFC derives`(_ vector: Vector) throws {
        let password = SecretBytes(copying: Array(vector.password.utf8))
        let derived = try PasswordHash.derive(password, Array(vector.salt.utf8), vector.iterations, length: 64)
        #expect(Hex.encode(derived) == vector.derived)
    }

    @Test func `matches its own password only, and salts each one anew`() throws {
        let hash = try PasswordHash(of: SecretBytes(copying: Array("right".utf8)), iterations: 2)
        let again = try PasswordHash(of: SecretBytes(copying: Array("right".utf8)), iterations: 2)
        #expect(try hash.matches(SecretBytes(copying: Array("right".utf8))))
        #expect(try !hash.matches(SecretBytes(copying: Array("wrong".utf8))))
        #expect(try !hash.matches(SecretBytes(copying: [])))
        #expect(hash.salt != again.salt)
        #expect(hash.hash != again.hash)
        let stored = try #require(PasswordHash(salt: hash.salt, iterations: hash.iterations, hash: hash.hash))
        #expect(stored == hash)
    }

    @Test func `is not read back with lengths or iterations that are not ours`() {
        let salt = [UInt8](repeating: 1, count: 16)
        let hash = [UInt8](repeating: 2, count: 32)
        #expect(PasswordHash(salt: salt, iterations: 1, hash: hash) != nil)
        #expect(PasswordHash(salt: Array(salt.dropLast()), iterations: 1, hash: hash) == nil)
        #expect(PasswordHash(salt: salt, iterations: 1, hash: Array(hash.dropLast())) == nil)
        #expect(PasswordHash(salt: salt, iterations: 0, hash: hash) == nil)
        #expect(PasswordHash(salt: salt, iterations: PasswordHash.maximumIterations + 1, hash: hash) == nil)
    }
}
