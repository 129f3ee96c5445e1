import AuthorizationCore
import EventLog
import Foundation
import SyntheticLedgers

@testable import LedgerAudit

/// A ledger whose estate gives a reviewer as little to say as one can that hands out tokens for passwords, and what a
/// test does to it. Events have the invented service's time.
struct ReviewScene: ~Copyable {
    var ledger: SyntheticLedger
    let memory: MemoryLedger
    let prod: EnvironmentName
    let orders: APIID
    let store: IdentityID
    let shop: AppID

    init(_ change: (inout SyntheticLedger) -> Void = { _ in }) throws {
        var ledger = SyntheticLedger(seed: 11)
        ledger.create(origin: Story.origin, verifierKey: Story.signer.verifierKey.text)
        Self.addOperator("grace", [.administrator, .auditor], to: &ledger)
        let prod = ledger.addEnvironment("prod")
        let orders = ledger.addAPI("orders", in: [prod]) { $0.accessRules = [Self.rule("read") { _ in }] }
        let store = ledger.addIdentity("store", for: [orders], in: [prod]) { $0.subjectFrom = .answer }
        let shop = ledger.addApp("shop", for: [orders])
        change(&ledger)
        let memory = try MemoryLedger([])
        try Self.flush(&ledger, to: memory)
        self.ledger = ledger
        self.memory = memory
        self.prod = prod
        self.orders = orders
        self.store = store
        self.shop = shop
    }

    static func addOperator(_ name: String, _ roles: [Role], to ledger: inout SyntheticLedger) {
        var added = OperatorAdded()
        added.id = ledger.identifier()
        added.name = Name(text: name) ?? Name()
        added.roles = roles
        ledger.record(.operators(.added(added)), by: .service)
    }

    /// A rule over one folder that asks for a scope.
    static func rule(_ name: String, _ change: (inout AccessRule) -> Void) -> AccessRule {
        var rule = AccessRule()
        rule.name = name
        rule.methods = ["GET"]
        rule.path = "/items/**"
        rule.require.scopes = ["orders.read"]
        change(&rule)
        return rule
    }

    /// Hands over what was recorded since, with the time that it is.
    mutating func flush() throws { try Self.flush(&ledger, to: memory) }

    private static func flush(_ ledger: inout SyntheticLedger, to memory: MemoryLedger) throws {
        for event in ledger.take() { try memory.append(event, at: ledger.now) }
        memory.rebuildTree()
    }

    mutating func pass(minutes: Int64) throws {
        try flush()
        ledger.pass(microseconds: minutes * 60_000_000)
    }

    /// A password grant of the shop.
    @discardableResult
    mutating func ask(
        user: Int = 1, _ answers: (IdentityID) -> SyntheticAnswer = { _ in .accepts },
        _ change: (inout SyntheticRequest) -> Void = { _ in }
    ) throws -> DecisionID {
        var request = SyntheticRequest(shop, in: prod)
        request.user = user
        request.userTag = Bytes16(high: 1, low: UInt64(user))
        change(&request)
        let id = try ledger.decide(request, answers: answers)
        try flush()
        return id
    }

    mutating func record(_ data: EventData) throws {
        ledger.record(data)
        try flush()
    }

    func report(
        _ review: Review = Review(), vaults: (any VaultReader)? = nil
    ) throws -> ReviewReport {
        try review.run(memory, vaults: vaults)
    }

    /// The types of the events that a finding names, one `+` a type.
    func types(_ finding: ReviewFinding) throws -> [String] {
        try finding.evidence.filter { $0.accessLog == nil }.map { evidence in
            try memory.decodedEvent(at: evidence.position).data.type.rawValue
        }
    }
}

extension ReviewReport {
    func findings(_ code: ReviewCode) -> [ReviewFinding] { findings.filter { $0.code == code } }
    var codes: Set<ReviewCode> { Set(findings.map(\.code)) }
}
