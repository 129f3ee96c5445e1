import HTTPMessages
import Testing

@testable import HTTPServer

@Suite struct AdmissionTests {
    @Test(arguments: [(1_000_000, 4_096), (4_224, 4_096), (4_223, 4_095), (1_024, 896), (100, 1)])
    func `connections leave descriptors to everybody else`(limit: Int, connections: Int) {
        #expect(Admission.maximum(ServerConfiguration(), descriptorLimit: limit) == connections)
    }

    @Test func `a place that is given back is free again, for the network it came from`() {
        var configuration = ServerConfiguration()
        configuration.maximumConnections = 3
        configuration.maximumConnectionsPerAddress = 1
        let admission = Admission(configuration)
        #expect(admission.admit(.v6(high: 1, low: 1)) == .admitted)
        #expect(admission.admit(.v6(high: 1, low: 2)) == .tooManyFromAddress)
        #expect(admission.admit(.v6(high: 2, low: 1)) == .admitted)
        #expect(admission.admit(.v4(1)) == .admitted)
        #expect(admission.admit(.v4(2)) == .tooMany)
        admission.release(.v6(high: 1, low: 1))
        #expect(admission.admit(.v4(1)) == .tooManyFromAddress)
        #expect(admission.admit(.v6(high: 1, low: 2)) == .admitted)
        #expect(admission.open == 3)
    }
}
