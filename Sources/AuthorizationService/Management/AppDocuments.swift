internal import AuthorizationCore
internal import CanonicalJSON
internal import LedgerCrypto

/// A revision of an app as it was asked for, with what must be sealed.
struct AppDocument {
    var content = AppRevision()
    var extraInfo: SealedText?
}

extension MemberReader {
    /// In bytes of canonical JSON.
    static let maximumExtraInfo = 4_096

    /// One revision of an app. Its certificates and keys have no identifiers yet.
    mutating func appDocument() -> AppDocument {
        var document = AppDocument()
        document.content.name = required("name", value("name"), else: Name())
        document.content.apis = values("apis") ?? []
        document.content.firstParty = flag("first_party") ?? false
        document.content.grants = values("grants") ?? []
        document.content.scopes = values("scopes")
        document.content.sector = text("sector")
        if let extraInfo = object("extra_info") {
            let bytes = JSON.canonicalBytes(of: .object(extraInfo))
            if bytes.count > Self.maximumExtraInfo { noteMalformed("extra_info") }
            document.extraInfo = SealedText(path: "content.extra_info", text: bytes)
        }
        document.content.certificates = groups("certificates") { $0.certificate() } ?? []
        let keys = group("jwks") { $0.objects("keys") ?? [] } ?? []
        for (index, key) in keys.enumerated() {
            guard let key = AppKey(jwk: key) else {
                noteMalformed("jwks.keys.\(index)")
                continue
            }
            document.content.keys.append(key)
        }
        return document
    }

    private mutating func certificate() -> AppCertificate {
        var certificate = AppCertificate()
        certificate.dns = text("dns")
        certificate.subject = text("subject")
        certificate.thumbprint = text("thumbprint")
        certificate.uri = text("uri")
        return certificate
    }
}

extension AppKey {
    /// A public key that signatures can be checked with (RFC 7517); nil for anything else, private keys above all.
    fileprivate init?(jwk: JSONObject) {
        guard let key = try? PublicJWK(member: { jwk[$0]?.stringValue }), (try? TokenVerificationKey(key)) != nil else {
            return nil
        }
        if jwk["kid"] != nil, jwk["kid"]?.stringValue == nil { return nil }
        self.init()
        alg = key.algorithm.rawValue
        kid = jwk["kid"]?.stringValue
        self.jwk = String(decoding: key.canonicalJSON, as: UTF8.self)
    }
}

extension PublicJWK {
    /// The members that make the key, as canonical JSON.
    var canonicalJSON: [UInt8] {
        var object = JSONObject()
        for member in members { object[member.name] = .string(member.value) }
        return JSON.canonicalBytes(of: .object(object))
    }
}
