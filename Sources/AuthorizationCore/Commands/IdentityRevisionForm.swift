extension IdentityRevision {
    static let maximumDestinations = 64
    static let maximumCertificateAuthorityBytes = 16_384
    static let timeouts: ClosedRange<Int64> = 100...10_000
    static let inFlight: ClosedRange<Int64> = 1...256

    /// Throws unless the revision could be asked as it stands.
    func check(of id: IdentityID, on estate: Estate) throws(CommandRefusal) {
        if estate.identities[id]?.latest.content.name != name {
            let others = estate.identities.values.lazy.filter { $0.id != id && $0.retiredAt == nil }
            try demand(!name.isAlike(others.map(\.latest.content.name)), else: .nameTaken, "name")
        }
        try demand(!destination.url.isEmpty, else: .destinationMissing, "destination")
        try checkDestinations(on: estate)
        try demand(version.isVersion, else: .invalidValue, "version")
        try demand(basePath.isEmpty || basePath.isBasePath, else: .invalidValue, "base_path")
        try demand(Self.timeouts.contains(timeoutMilliseconds), else: .invalidValue, "timeout_ms")
        try demand(Self.inFlight.contains(maximumInFlight), else: .invalidValue, "maximum_in_flight")
        try demand(migratedFrom.map { Name(text: $0) != nil } != false, else: .invalidValue, "migrated_from")
        if let certificateAuthority { try checkCertificateAuthority(certificateAuthority) }
        try accept.check()
        try checkForward()
        try assurance.check()
    }

    private func checkDestinations(on estate: Estate) throws(CommandRefusal) {
        try demandDistinct(destinations.map(\.environment), atMost: Self.maximumDestinations, "destinations")
        for destination in destinations {
            let field = "destinations.\(destination.environment.text)"
            try demand(estate.environments[destination.environment] != nil, else: .unknownReference, field)
            try demand(!destination.destination.url.isEmpty, else: .destinationMissing, field)
        }
    }

    /// One or more PEM blocks of certificates (RFC 7468, section 5).
    private func checkCertificateAuthority(_ pem: String) throws(CommandRefusal) {
        try demand(pem.utf8.count <= Self.maximumCertificateAuthorityBytes, else: .tooMany, "ca")
        var isOpen = false
        var blocks = 0
        for line in pem.split(whereSeparator: \.isNewline) {
            switch line {
            case "-----BEGIN CERTIFICATE-----":
                try demand(!isOpen, else: .invalidValue, "ca")
                isOpen = true
            case "-----END CERTIFICATE-----":
                try demand(isOpen, else: .invalidValue, "ca")
                isOpen = false
                blocks += 1
            default:
                try demand(isOpen && line.isBase64, else: .invalidValue, "ca")
            }
        }
        try demand(!isOpen && blocks > 0, else: .invalidValue, "ca")
    }

    private func checkForward() throws(CommandRefusal) {
        try demandDistinct(forward.map(\.field), atMost: ForwardRule.maximumRules, "forward")
        for (index, rule) in forward.enumerated() { try rule.check("forward.\(index)") }
    }
}

extension ForwardRule {
    static let maximumRules = 32

    /// What the token endpoint fills itself, and what never leaves it.
    public static let reservedFields: Set<String> = [
        "username", "password", "grant_type", "client_id", "client_secret", "client_assertion",
        "client_assertion_type", "assertion", "refresh_token", "code", "subject_token", "actor_token",
    ]

    fileprivate func check(_ path: String) throws(CommandRefusal) {
        try demand(field.isFieldName, else: .invalidValue, "\(path).field")
        try demand(!Self.reservedFields.contains(field.lowercased()), else: .reservedField, "\(path).field")
        switch from {
        case "app.id", "app.name": break
        default:
            let prefix = "app.extra_info."
            let name = String(from.dropFirst(prefix.count))
            try demand(
                from.hasPrefix(prefix) && name.isFieldName && !name.contains("."), else: .invalidValue,
                "\(path).from")
        }
    }
}

extension AcceptedAnswers {
    fileprivate func check() throws(CommandRefusal) {
        try demand(statuses.allSatisfy { (200...299).contains($0) }, else: .invalidValue, "accept.status")
        try demandDistinct(statuses, atMost: 16, "accept.status")
        try demand(contentType?.isMediaType != false, else: .invalidValue, "accept.content_type")
    }
}

extension Assurance {
    /// The registered values of authentication method references (RFC 8176, section 2).
    public static let registeredMethods: Set<String> = [
        "face", "fpt", "geo", "hwk", "iris", "kba", "mca", "mfa", "otp", "pin", "pop", "pwd", "rba", "retina", "sc",
        "sms", "swk", "tel", "user", "vbm", "wia",
    ]

    fileprivate func check() throws(CommandRefusal) {
        try demand(acr?.isWord != false, else: .invalidValue, "assurance.acr")
        if let amr {
            try demand(amr.allSatisfy(Self.registeredMethods.contains), else: .invalidValue, "assurance.amr")
            try demandDistinct(amr, atMost: Self.registeredMethods.count, "assurance.amr")
        }
        try demand(vot?.isVectorOfTrust != false, else: .invalidValue, "assurance.vot")
        try demand(vot == nil || vtm != nil, else: .votWithoutVTM, "assurance.vtm")
        try demand(vtm?.isAbsoluteURI != false, else: .invalidValue, "assurance.vtm")
    }
}

extension Substring {
    fileprivate var isBase64: Bool {
        utf8.allSatisfy {
            switch $0 {
            case 0x2B, 0x2F, 0x3D, 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: false
            }
        }
    }
}
