import AuthorizationCore
import Testing

/// Who stands in a chain, and in which order.
@Suite struct IdentityChainTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var sentence: String
        var change: @Sendable (inout EstateHistory) -> Void
        /// The numbers of the Identities, in the order in which they are asked.
        var chain: [Int]

        init(_ sentence: String, chain: [Int], _ change: @escaping @Sendable (inout EstateHistory) -> Void) {
            self.sentence = sentence
            self.chain = chain
            self.change = change
        }

        var testDescription: String { sentence }
    }

    /// API 1 with Identities 1, 2 and 3, registered in this order, all deployed in prod.
    private static func start() -> EstateHistory {
        var history = EstateHistory()
        history.create(.prod)
        history.create(.sandbox)
        history.register(APIID.number(1))
        history.deploy(APIID.number(1), in: .prod)
        for number in 1...3 {
            history.register(IdentityID.number(number), for: [.number(1)])
            history.deploy(IdentityID.number(number), in: .prod)
        }
        return history
    }

    @Test(arguments: [
        Row("newest registration first", chain: [3, 2, 1]) { _ in },
        Row("deploying an old one again does not move it", chain: [3, 2, 1]) {
            $0.undeploy(IdentityID.number(1), in: .prod)
            $0.deploy(IdentityID.number(1), in: .prod)
        },
        Row("linking an old one again does not move it", chain: [3, 2, 1]) {
            $0.unlink(.number(1), from: .number(1))
            $0.link(.number(1), to: .number(1))
        },
        Row("revising an old one does not move it", chain: [3, 2, 1]) {
            $0.revise(IdentityID.number(1), to: 2)
            $0.deploy(IdentityID.number(1), revision: 2, in: .prod)
        },
        Row("suspending and resuming an old one does not move it", chain: [3, 2, 1]) {
            $0.suspend(IdentityID.number(1))
            $0.resume(IdentityID.number(1))
        },
        Row("a new one comes first, whatever its id", chain: [0, 3, 2, 1]) {
            $0.register(IdentityID.number(0), for: [.number(1)])
            $0.deploy(IdentityID.number(0), in: .prod)
        },
        Row("one that is linked later stands where it was registered", chain: [5, 4, 3, 2, 1]) {
            $0.register(IdentityID.number(4))
            $0.register(IdentityID.number(5), for: [.number(1)])
            $0.deploy(IdentityID.number(5), in: .prod)
            $0.deploy(IdentityID.number(4), in: .prod)
            $0.link(.number(4), to: .number(1))
        },
        Row("one that is not deployed is not in it", chain: [3, 1]) { $0.undeploy(IdentityID.number(2), in: .prod) },
        Row("one that is deployed elsewhere is not in it", chain: [3, 1]) {
            $0.undeploy(IdentityID.number(2), in: .prod)
            $0.deploy(IdentityID.number(2), in: .sandbox)
        },
        Row("one that is not linked is not in it", chain: [3, 1]) { $0.unlink(.number(2), from: .number(1)) },
        Row("one that is suspended is not in it", chain: [2, 1]) { $0.suspend(IdentityID.number(3)) },
        Row("one that is retired is not in it", chain: [3, 2]) { $0.retire(IdentityID.number(1)) },
        Row("a retired one is not brought back by a deploy", chain: [3, 2]) {
            $0.retire(IdentityID.number(1))
            $0.deploy(IdentityID.number(1), in: .prod)
        },
        Row("empty when the API is not deployed", chain: []) { $0.undeploy(APIID.number(1), in: .prod) },
        Row("empty when the API is retired", chain: []) { $0.retire(APIID.number(1)) },
        Row("a retired API is not brought back by a deploy", chain: []) {
            $0.retire(APIID.number(1))
            $0.deploy(APIID.number(1), in: .prod)
        },
        Row("empty when API OAuth is not deployed", chain: []) { $0.undeployOAuth(in: .prod) },
        Row("whole again when API OAuth is deployed again", chain: [3, 2, 1]) {
            $0.undeployOAuth(in: .prod)
            $0.deployOAuth(in: .prod)
        },
        Row("empty when the deployed revision has not the Password option", chain: []) {
            $0.revise(APIID.number(1), to: 2, grants: [.clientCredentials])
            $0.deploy(APIID.number(1), revision: 2, in: .prod)
        },
        Row("a revision that is not deployed changes nothing", chain: [3, 2, 1]) {
            $0.revise(APIID.number(1), to: 2, grants: [])
        },
        Row("an unlinked API leads nowhere", chain: [3, 2, 1]) {
            $0.register(APIID.number(2))
            $0.deploy(APIID.number(2), in: .prod)
        },
    ])
    func `the chain holds live links, newest registration first`(_ row: Row) {
        var history = Self.start()
        row.change(&history)
        let chain = IdentityChain(of: [.number(1)], in: .prod, history.estate)
        #expect(chain.links.map(\.identity) == row.chain.map { .number($0) })
    }

    @Test func `an API in prod and its Identity in sandbox make no chain until the Identity comes to prod`() {
        var history = EstateHistory()
        history.create(.prod)
        history.create(.sandbox)
        history.register(APIID.number(1))
        history.deploy(APIID.number(1), in: .prod)
        history.register(IdentityID.number(1), for: [.number(1)])
        history.deploy(IdentityID.number(1), in: .sandbox)
        #expect(IdentityChain(of: [.number(1)], in: .prod, history.estate).links.isEmpty)
        #expect(IdentityChain(of: [.number(1)], in: .sandbox, history.estate).links.isEmpty)
        history.deploy(IdentityID.number(1), in: .prod)
        #expect(IdentityChain(of: [.number(1)], in: .prod, history.estate).links.count == 1)
    }

    @Test func `an environment that is none has an empty chain`() {
        let chain = IdentityChain(of: [.number(1)], in: EnvironmentName.example, Estate())
        #expect(chain.links.isEmpty)
        #expect(chain.oauthDeployedAt == nil)
    }

    @Test func `a link names the revision that is deployed here and the events behind it`() throws {
        var history = EstateHistory()
        history.create(.prod)
        let oauth = history.deployOAuth(in: .prod)
        history.register(APIID.number(1))
        let apiDeployed = history.deploy(APIID.number(1), in: .prod)
        let registered = history.register(IdentityID.number(1))
        let linked = history.link(.number(1), to: .number(1))
        history.revise(IdentityID.number(1), to: 2)
        history.revise(IdentityID.number(1), to: 3)
        let deployed = history.deploy(IdentityID.number(1), revision: 2, in: .prod)

        let chain = IdentityChain(of: [.number(1)], in: .prod, history.estate)
        #expect(chain.oauthDeployedAt == oauth)
        let link = try #require(chain.links.first)
        #expect(link.revision == 2)
        #expect(link.registeredAt == registered)
        #expect(link.deployedAt == deployed)
        #expect(link.via.map(\.api) == [.number(1)])
        #expect(link.via.map(\.linkedAt) == [linked])
        #expect(link.via.map(\.apiDeployedAt) == [apiDeployed])
    }

    @Test func `several APIs make one chain without duplicates, and each link says through which APIs`() {
        var history = EstateHistory()
        history.create(.prod)
        for number in [1, 2, 3] {
            history.register(APIID.number(number))
            history.deploy(APIID.number(number), in: .prod)
        }
        history.register(IdentityID.number(1), for: [.number(1)])
        history.register(IdentityID.number(2), for: [.number(2), .number(1)])
        history.register(IdentityID.number(3), for: [.number(2)])
        history.register(IdentityID.number(4), for: [.number(3)])
        for number in 1...4 { history.deploy(IdentityID.number(number), in: .prod) }

        let chain = IdentityChain(of: [.number(2), .number(1), .number(2)], in: .prod, history.estate)
        #expect(chain.links.map(\.identity) == [.number(3), .number(2), .number(1)])
        #expect(chain.links.map(\.apis) == [[.number(2)], [.number(1), .number(2)], [.number(1)]])

        history.undeploy(APIID.number(2), in: .prod)
        let narrower = IdentityChain(of: [.number(1), .number(2)], in: .prod, history.estate)
        #expect(narrower.links.map(\.identity) == [.number(2), .number(1)])
        #expect(narrower.links.map(\.apis) == [[.number(1)], [.number(1)]])
    }
}
