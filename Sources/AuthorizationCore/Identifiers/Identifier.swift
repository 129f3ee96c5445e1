/// What an identifier names, and the prefix that says so.
public protocol IdentifierKind: Sendable {
    static var prefix: StaticString { get }
}

/// An identifier of one kind of thing: a prefix and 128 bits in 26 characters of lower-case Crockford base32.
///
/// Most are 48 bits of milliseconds and 80 random bits, so that an index on them appends. Accounts, subject references
/// and vaults are random throughout: an API must not learn from one when a person first came.
public struct Identifier<Kind: IdentifierKind>: TextValue, Hashable, Comparable {
    public var bits: UInt128

    public init(bits: UInt128 = 0) { self.bits = bits }

    /// An identifier that sorts by time. Only the low 48 bits of `milliseconds` and the low 80 of `random` count.
    public init(milliseconds: Int64, random: UInt128) {
        let time = UInt128(UInt64(bitPattern: milliseconds) & 0xffff_ffff_ffff)
        bits = time << 80 | random & (UInt128(1) << 80 - 1)
    }

    public static func < (left: Self, right: Self) -> Bool { left.bits < right.bits }
}

private let crockford: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"

/// The value of each byte as a Crockford digit; 255 where it is none.
private let crockfordValues: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for value in 0..<32 { values[Int(crockford.utf8Start[value])] = UInt8(value) }
    return values
}()

extension Identifier {
    public static var textForm: TextForm { .pattern("^\(Kind.prefix)[0-7][0-9a-hjkmnp-tv-z]{25}$") }
    public static var example: Self { Self(milliseconds: 1_790_000_000_000, random: 0x1234_5678_9abc_def0) }

    public init?(text: String) {
        var text = text
        let bits: UInt128? = text.withUTF8 { characters in
            let prefixCount = Kind.prefix.utf8CodeUnitCount
            guard characters.count == prefixCount + 26 else { return nil }
            for index in 0..<prefixCount where characters[index] != Kind.prefix.utf8Start[index] { return nil }
            guard crockfordValues[Int(characters[prefixCount])] < 8 else { return nil }
            var bits: UInt128 = 0
            for index in prefixCount..<characters.count {
                let value = crockfordValues[Int(characters[index])]
                guard value < 32 else { return nil }
                bits = bits << 5 | UInt128(value)
            }
            return bits
        }
        guard let bits else { return nil }
        self.bits = bits
    }

    public var text: String { withTextBytes { String(decoding: $0, as: UTF8.self) } }

    public func withTextBytes<Output>(_ body: (UnsafeBufferPointer<UInt8>) -> Output) -> Output {
        let prefix = Kind.prefix
        let prefixCount = prefix.utf8CodeUnitCount
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: prefixCount + 26) { characters in
            for index in 0..<prefixCount { characters[index] = prefix.utf8Start[index] }
            let digits = crockford.utf8Start
            // Two halves of 64 bits: shifting all 128 for every character costs several times as much.
            var rest = UInt64(truncatingIfNeeded: bits)
            for index in stride(from: prefixCount + 25, to: prefixCount + 13, by: -1) {
                characters[index] = digits[Int(rest & 31)]
                rest >>= 5
            }
            rest = UInt64(truncatingIfNeeded: bits >> 60)
            for index in stride(from: prefixCount + 13, to: prefixCount + 1, by: -1) {
                characters[index] = digits[Int(rest & 31)]
                rest >>= 5
            }
            rest = UInt64(truncatingIfNeeded: bits >> 120)
            characters[prefixCount + 1] = digits[Int(rest & 31)]
            characters[prefixCount] = digits[Int(rest >> 5)]
            return body(UnsafeBufferPointer(characters))
        }
    }
}

public enum APIKind: IdentifierKind { public static let prefix: StaticString = "api_" }
public enum IdentityKind: IdentifierKind { public static let prefix: StaticString = "idn_" }
public enum AppKind: IdentifierKind { public static let prefix: StaticString = "app_" }
public enum OperatorKind: IdentifierKind { public static let prefix: StaticString = "opr_" }
public enum DecisionKind: IdentifierKind { public static let prefix: StaticString = "dec_" }
public enum CommandKind: IdentifierKind { public static let prefix: StaticString = "cmd_" }
public enum FamilyKind: IdentifierKind { public static let prefix: StaticString = "fam_" }
public enum CredentialKind: IdentifierKind { public static let prefix: StaticString = "crd_" }
public enum AccountKind: IdentifierKind { public static let prefix: StaticString = "acc_" }
public enum SubjectReferenceKind: IdentifierKind { public static let prefix: StaticString = "ref_" }
public enum VaultKind: IdentifierKind { public static let prefix: StaticString = "vlt_" }
public enum HoldKind: IdentifierKind { public static let prefix: StaticString = "hld_" }

public typealias APIID = Identifier<APIKind>
public typealias IdentityID = Identifier<IdentityKind>
/// Also the app's OAuth `client_id`.
public typealias AppID = Identifier<AppKind>
public typealias OperatorID = Identifier<OperatorKind>
/// Also the `jti` of the token that the decision issued.
public typealias DecisionID = Identifier<DecisionKind>
public typealias CommandID = Identifier<CommandKind>
/// Names a refresh token family.
public typealias FamilyID = Identifier<FamilyKind>
/// Names a client secret, an API's credential, an operator's key or a certificate.
public typealias CredentialID = Identifier<CredentialKind>
public typealias AccountID = Identifier<AccountKind>
/// Stands for one (environment, user store, kind, value) of the directory, which the log never holds in clear.
public typealias SubjectReference = Identifier<SubjectReferenceKind>
public typealias VaultID = Identifier<VaultKind>
public typealias HoldID = Identifier<HoldKind>
