import AuthorizationCore
import Testing

/// Whom a password is offered to, and when that ends.
@Suite struct PasswordGrantChainTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var sentence: String
        var answers: [Int: ValidationAttempted.Outcome]
        var stops: Set<Int> = []
        var asked: [Int]
        var winner: Int?
        var afterIndeterminate = false
        var refusal: Refusal?

        var testDescription: String { sentence }
    }

    @Test(arguments: [
        Row(sentence: "the newest accepts: nobody else is asked", answers: [3: .accepted], asked: [3], winner: 3),
        Row(
            sentence: "the second accepts: the oldest is not asked", answers: [2: .accepted, 1: .accepted],
            asked: [3, 2], winner: 2),
        Row(sentence: "the oldest accepts", answers: [1: .accepted], asked: [3, 2, 1], winner: 1),
        Row(sentence: "all reject", answers: [:], asked: [3, 2, 1], refusal: .credentialsRejected),
        Row(
            sentence: "an outage is passed over, and the token says so", answers: [3: .indeterminate, 2: .accepted],
            asked: [3, 2], winner: 2, afterIndeterminate: true),
        Row(
            sentence: "an outage behind the winner is never seen", answers: [3: .accepted, 2: .indeterminate],
            asked: [3], winner: 3),
        Row(
            sentence: "an outage and nobody accepts", answers: [2: .indeterminate], asked: [3, 2, 1],
            refusal: .identityUnavailable),
        Row(
            sentence: "a store that must not be passed over is not", answers: [3: .indeterminate, 2: .accepted],
            stops: [3], asked: [3], refusal: .identityUnavailable),
        Row(
            sentence: "it stops the chain for an outage only", answers: [2: .accepted], stops: [3], asked: [3, 2],
            winner: 2),
        Row(
            sentence: "a lock stops the chain", answers: [3: .locked, 2: .accepted], asked: [3], refusal: .locked),
        Row(
            sentence: "a lock stops the chain after a rejection", answers: [2: .locked, 1: .accepted], asked: [3, 2],
            refusal: .locked),
    ])
    func `asked newest to oldest, until the first acceptance`(_ row: Row) {
        var scene = PasswordGrantScene()
        for number in row.stops {
            scene.history.revise(IdentityID.number(number), to: 2) { $0.onUnavailable = .stop }
            scene.history.deploy(IdentityID.number(number), revision: 2, in: .prod)
        }
        scene.answers = row.answers
        let (asked, end) = scene.decide()
        #expect(asked == row.asked)
        #expect(end.token?.winner.identity == row.winner.map { .number($0) })
        #expect(end.token?.afterIndeterminate == (row.winner == nil ? nil : row.afterIndeterminate))
        #expect(end.refusal == row.refusal)
    }

    // MARK: Not asked

    @Test(arguments: [ValidationAttempted.Skip.noSlot, .budgetSpent], [1, 2, 3])
    func `our own reason for not asking ends the chain`(_ skip: ValidationAttempted.Skip, _ place: Int) {
        var scene = PasswordGrantScene()
        scene.answers = [1: .accepted]
        for number in (place + 1)..<4 { scene.attempts.insert(.of(number, .rejected), at: 0) }
        scene.attempts.append(.of(place, skipped: skip))
        #expect(scene.step.refusal == .identityUnavailable)
    }

    @Test(arguments: [(IdentityRevision.OnUnavailable.continue, 2 as Int?), (.stop, nil)])
    func `an open breaker is the Identity's own failure`(_ rule: IdentityRevision.OnUnavailable, _ next: Int?) {
        var scene = PasswordGrantScene()
        scene.history.revise(IdentityID.number(3), to: 2) { $0.onUnavailable = rule }
        scene.history.deploy(IdentityID.number(3), revision: 2, in: .prod)
        var skipped = ValidationAttempted.of(3, skipped: .breakerOpen)
        skipped.revision = 2
        scene.attempts = [skipped]
        #expect(scene.step.asks == next)
        #expect(scene.step.refusal == (next == nil ? .identityUnavailable : nil))
        if next != nil {
            scene.answers = [2: .accepted]
            #expect(scene.outcome.token?.afterIndeterminate == true)
        }
    }

    @Test func `an Identity that cannot reach the level is passed over without an outage`() {
        var scene = PasswordGrantScene()
        scene.attempts = [.of(3, skipped: .level)]
        scene.answers = [2: .accepted]
        #expect(scene.outcome.token?.afterIndeterminate == false)
        scene.answers = [:]
        #expect(scene.outcome.refusal == .credentialsRejected)
    }

    @Test func `an acceptance without a subject is for nobody`() {
        var scene = PasswordGrantScene()
        scene.attempts = [.of(3, .accepted)]
        scene.attempts[0].subjectReference = nil
        #expect(scene.step.refusal == .identityUnavailable)
    }

    // MARK: The estate moves

    @Test func `an acceptance of an Identity that left the chain counts for nothing`() {
        for leave: (inout EstateHistory) -> Void in [
            { $0.undeploy(IdentityID.number(3), in: .prod) }, { $0.unlink(.number(3), from: .number(1)) },
            { $0.suspend(IdentityID.number(3)) }, { $0.retire(IdentityID.number(3)) },
        ] {
            var scene = PasswordGrantScene()
            scene.attempts = [.of(3, .accepted)]
            #expect(scene.step.token != nil)
            leave(&scene.history)
            #expect(scene.step.asks == 2)
        }
    }

    @Test(arguments: [ValidationAttempted.Outcome.accepted, .rejected, .locked, .indeterminate])
    func `an Identity at another revision is asked again`(_ outcome: ValidationAttempted.Outcome) throws {
        var scene = PasswordGrantScene()
        scene.attempts = [.of(3, outcome)]
        scene.history.revise(IdentityID.number(3), to: 2)
        #expect(scene.step.asks != 3, "not before it is deployed")
        scene.history.deploy(IdentityID.number(3), revision: 2, in: .prod)
        guard case .ask(let link) = scene.step else {
            Issue.record("\(scene.step)")
            return
        }
        #expect(link.identity == .number(3))
        #expect(link.revision == 2)
        scene.attempts.append(.of(3, revision: 2, .rejected))
        #expect(scene.step.asks == 2)
    }

    @Test func `an outage that counts for nothing does not mark the token`() {
        var scene = PasswordGrantScene()
        scene.attempts = [.of(3, .indeterminate), .of(2, .accepted)]
        #expect(scene.step.token?.afterIndeterminate == true)
        scene.history.undeploy(IdentityID.number(3), in: .prod)
        #expect(scene.step.token?.afterIndeterminate == false)
    }

    @Test func `an acceptance wins although a newer Identity joined since`() {
        var scene = PasswordGrantScene()
        scene.attempts = [.of(3, .rejected), .of(2, .accepted)]
        scene.addIdentity(4, for: [1])
        #expect(scene.step.token?.winner.identity == .number(2))
        scene.attempts.removeLast()
        #expect(scene.step.asks == 4, "without an acceptance the newer one is next")
    }

    @Test func `no more than sixteen are asked`() {
        var scene = PasswordGrantScene()
        for number in 4...17 { scene.addIdentity(number, for: [1]) }
        let (asked, end) = scene.decide()
        #expect(asked == Array((2...17).reversed()))
        #expect(end.refusal == .identityUnavailable, "one was never asked, so nobody can say that all reject")

        scene.history.undeploy(IdentityID.number(1), in: .prod)
        #expect(scene.step.refusal == .credentialsRejected, "now all sixteen of the chain were asked")
    }

    @Test func `each Identity of several APIs is asked once`() {
        var scene = PasswordGrantScene()
        scene.addAPI(2)
        for number in [2, 3] { scene.history.link(.number(number), to: .number(2)) }
        scene.addIdentity(4, for: [2])
        scene.history.revise(AppID.number(1)) { $0.apis = [.number(1), .number(2)] }
        #expect(scene.decide().asked == [4, 3, 2, 1])
    }

    @Test func `a named resource leaves the Identities of other APIs unasked`() {
        var scene = PasswordGrantScene()
        scene.addAPI(2)
        scene.addIdentity(4, for: [2])
        scene.history.revise(AppID.number(1)) { $0.apis = [.number(1), .number(2)] }
        scene.request.asked.resource = [PasswordGrantScene.resource(2)]
        #expect(scene.decide().asked == [4])
    }
}
