import AuthorizationCore
import EventLog
import LedgerCrypto

@testable import LedgerAudit

/// Decisions whose events name each other as the token endpoint's do, over an estate that changes between them.
struct EvidenceStory {
    private(set) var story = Story()
    private var estate = Estate()
    private var decisions = 0

    /// The estate of ``Story``, then decisions of every kind with changes of the chain after each third of them.
    init(decisions count: Int) throws {
        for event in Story.told(decisions: 0) { try add(event.data, by: event.actor, of: event.correlation) }
        for number in 0..<count {
            if number == count / 3 {
                var suspended = IdentitySuspended()
                suspended.identity = Story.newest
                try add(.identities(.suspended(suspended)))
            }
            if number == 2 * count / 3 {
                var resumed = IdentityResumed()
                resumed.identity = Story.newest
                try add(.identities(.resumed(resumed)))
                var unlinked = IdentityUnlinked()
                unlinked.identity = Story.middle
                unlinked.api = Story.accounts
                try add(.identities(.unlinked(unlinked)))
            }
            try decide()
        }
    }

    var events: [ProposedEvent] { story.events }
    var next: Position { Position(Int64(story.events.count)) }

    mutating func add(
        _ data: EventData, by actor: Actor = .operator(Story.administrator), of correlation: String = "cmd_test",
        sealed: [SealedRecord] = []
    ) throws {
        estate.fold(
            Event(
                position: next, recordedAt: MemoryLedger.start, actor: actor, correlation: correlation,
                blind: Bytes16(), data: data))
        story.add(data, by: actor, of: correlation, sealed: sealed)
    }

    static func id(_ number: Int) -> DecisionID { Story.decision(number) }

    /// In turn: the first Identity accepts, the second does, all reject, refused before any was asked.
    private mutating func decide() throws {
        let number = decisions
        decisions += 1
        let id = Self.id(number)
        let app = number % 5 == 0 ? Story.mobile : Story.web
        let consulted = next
        let chain = IdentityChain(of: [Story.accounts], in: Story.prod, estate)
        var request = TokenRequest()
        request.client.app = app
        request.client.credential = CredentialID(bits: 1)
        request.environment = Story.prod
        request.grant = "password"
        request.consulted = consulted
        if number % 4 == 3 {
            var refused = TokenRefused()
            refused.reason = .grantNotAllowed
            refused.request = request
            return try add(.tokens(.refused(refused)), by: .app(app), of: id.text)
        }
        let (value, record) = Story.sealed(number, in: Story.openVault)
        request.userName = value
        try add(.tokens(.requested(request)), by: .app(app), of: id.text, sealed: [record])
        var attempts: [EventReference] = []
        var winner: IdentityID?
        for (index, link) in chain.links.enumerated() where winner == nil {
            var attempt = ValidationAttempted()
            attempt.consulted = consulted
            attempt.identity = link.identity
            attempt.ordinal = Int64(index + 1)
            attempt.revision = link.revision
            attempt.via = link.apis
            attempt.outcome = number % 4 == index ? .accepted : .rejected
            if attempt.outcome == .accepted { winner = link.identity }
            attempts.append(.position(next))
            try add(.tokens(.attempted(attempt)), by: .service, of: id.text)
        }
        if let winner {
            var issued = TokenIssued()
            issued.attempts = attempts
            issued.consulted = consulted
            issued.winner = winner
            issued.claims.clientID = app
            issued.claims.id = id
            issued.claims.audience = ["https://id.example/prod/accounts"]
            try add(.tokens(.issued(issued)), by: .app(app), of: id.text)
        } else {
            var refused = TokenRefused()
            refused.attempts = attempts
            refused.consulted = consulted
            refused.reason = .credentialsRejected
            try add(.tokens(.refused(refused)), by: .app(app), of: id.text)
        }
    }
}
