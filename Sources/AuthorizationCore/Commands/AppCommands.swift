public struct RegisterApp: Command {
    public static let name = "app.register"
    public var id: AppID
    public var content: AppRevision
    public var secret: SecretDigest

    public init(id: AppID, content: AppRevision, secret: SecretDigest) {
        self.id = id
        self.content = content
        self.secret = secret
    }

    public var subject: CommandSubject { .app(id) }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        try content.check(of: id, on: estate)
        var event = AppRegistered()
        event.app = id
        event.content = content
        event.secret = secret
        return [.apps(.registered(event))]
    }
}

/// A new revision, which counts everywhere at once.
public struct ReviseApp: Command {
    public static let name = "app.revise"
    public var id: AppID
    public var content: AppRevision

    public init(id: AppID, content: AppRevision) {
        self.id = id
        self.content = content
    }

    public var subject: CommandSubject { .app(id) }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        let app = try estate.standing(id)
        try content.check(of: id, on: estate)
        var event = AppRevised()
        event.app = id
        event.content = content
        event.revision = app.latest.number + 1
        return [.apps(.revised(event))]
    }
}

/// A new client secret. The ones before it hold for the overlap, or no longer when there is none.
public struct RotateAppSecret: Command {
    public static let name = "app.rotate_secret"
    /// In seconds: 30 days.
    public static let overlaps: ClosedRange<Int64> = 0...2_592_000
    public var id: AppID
    public var secret: SecretDigest
    public var overlapSeconds: Int64
    public var now: Timestamp

    public init(id: AppID, secret: SecretDigest, overlapSeconds: Int64, now: Timestamp) {
        self.id = id
        self.secret = secret
        self.overlapSeconds = overlapSeconds
        self.now = now
    }

    public var subject: CommandSubject { .app(id) }
    public var isUrgent: Bool { true }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        _ = try estate.standing(id)
        try demand(Self.overlaps.contains(overlapSeconds), else: .invalidValue, "overlap_seconds")
        var event = AppSecretRotated()
        event.app = id
        event.secret = secret
        event.overlapUntil = overlapSeconds > 0 ? now.advanced(bySeconds: overlapSeconds) : nil
        return [.apps(.secretRotated(event))]
    }
}

/// The app gets no tokens until it is resumed.
public struct SuspendApp: Command {
    public static let name = "app.suspend"
    public var id: AppID

    public init(id: AppID) { self.id = id }

    public var subject: CommandSubject { .app(id) }
    public var isUrgent: Bool { true }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        let app = try estate.standing(id)
        guard app.suspendedAt == nil else { return [] }
        var event = AppSuspended()
        event.app = id
        return [.apps(.suspended(event))]
    }
}

public struct ResumeApp: Command {
    public static let name = "app.resume"
    public var id: AppID

    public init(id: AppID) { self.id = id }

    public var subject: CommandSubject { .app(id) }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        let app = try estate.standing(id)
        guard app.suspendedAt != nil else { return [] }
        var event = AppResumed()
        event.app = id
        return [.apps(.resumed(event))]
    }
}

/// The app gets no tokens, for good.
public struct RetireApp: Command {
    public static let name = "app.retire"
    public var id: AppID

    public init(id: AppID) { self.id = id }

    public var subject: CommandSubject { .app(id) }
    public var isUrgent: Bool { true }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        guard let app = estate.apps[id] else { throw CommandRefusal(.notFound) }
        guard app.retiredAt == nil else { return [] }
        var event = AppRetired()
        event.app = id
        return [.apps(.retired(event))]
    }
}

extension Estate {
    /// The app, unless it is unknown or retired.
    func standing(_ id: AppID) throws(CommandRefusal) -> App {
        guard let app = apps[id] else { throw CommandRefusal(.notFound) }
        guard app.retiredAt == nil else { throw CommandRefusal(.retired) }
        return app
    }
}

extension AppRevision {
    static let maximumAPIs = 64
    static let maximumCredentials = 16

    fileprivate func check(of id: AppID, on estate: Estate) throws(CommandRefusal) {
        if estate.apps[id]?.content.name != name {
            let others = estate.apps.values.lazy.filter { $0.id != id && $0.retiredAt == nil }
            try demand(!name.isAlike(others.map(\.content.name)), else: .nameTaken, "name")
        }
        try demandDistinct(apis, atMost: Self.maximumAPIs, "apis")
        let named = apis.compactMap { estate.apis[$0] }.filter { $0.retiredAt == nil }
        try demand(named.count == apis.count, else: .unknownReference, "apis")
        try demandDistinct(grants, atMost: Grant.allCases.count, "grants")
        try demand(sector.map { Name(text: $0) != nil } != false, else: .invalidValue, "sector")
        if let scopes {
            try demandDistinct(scopes, atMost: APIRevision.maximumScopes, "scopes")
            let declared = Set(named.flatMap(\.latest.content.scopes))
            try demand(scopes.allSatisfy(declared.contains), else: .unknownReference, "scopes")
        }
        try demand(certificates.count <= Self.maximumCredentials, else: .tooMany, "certificates")
        for (index, certificate) in certificates.enumerated() {
            try demand(certificate.namesOneThing, else: .invalidValue, "certificates.\(index)")
        }
        try demandDistinct(keys.map(\.jwk), atMost: Self.maximumCredentials, "jwks")
        try demandDistinct(keys.compactMap(\.kid), atMost: Self.maximumCredentials, "jwks")
        try demand(keys.allSatisfy { $0.kid?.isWord != false }, else: .invalidValue, "jwks")
    }
}

extension AppCertificate {
    static let maximumNameLength = 512

    /// RFC 8705, section 2.1.2: exactly one of the ways to name a certificate.
    fileprivate var namesOneThing: Bool {
        let names = [dns, subject, thumbprint, uri].compactMap { $0 }
        guard names.count == 1, let name = names.first, (1...Self.maximumNameLength).contains(name.utf8.count),
            name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return false }
        return thumbprint.map { $0.utf8.count == 43 && $0.isFieldName } != false
            && dns.map(\.isCertificateDNSName) != false && uri.map(\.isAbsoluteURI) != false
    }
}

extension String {
    /// A DNS name as certificates hold it, a leading `*` label included.
    fileprivate var isCertificateDNSName: Bool {
        let name = hasPrefix("*.") ? dropFirst(2) : self[...]
        return (1...253).contains(name.utf8.count)
            && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { String($0).isFieldName }
    }
}
