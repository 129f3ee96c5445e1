import AuthorizationService
import CommandLineTools
import EventLog
import IdentityClient

/// The calls to witnesses while the service runs: a client, and so a thread, of their own.
final class WitnessCalls: Sendable {
    static let timeoutInMilliseconds = 10_000

    private let client: IdentityHTTPClient
    private let running: Task<Void, Never>

    /// Engages the witnesses of `--witness-policy`; nil without one.
    static func begin(_ options: ServeOptions, _ service: LedgerService) async throws -> WitnessCalls? {
        guard let path = options.witnessPolicy else { return nil }
        let policy = try read(path)
        // Whoever wrote the policy file may name a witness on this machine.
        let client = try IdentityHTTPClient(.init(policy: DestinationPolicy(allowPrivate: true)))
        let setup = WitnessSetup(
            policy: policy, post: { url, body in await post(body, to: url, client) },
            file: AtomicFile(path: "\(options.ledger).witnessed"),
            // A console belongs to one thread; these lines come from several.
            say: { Console().say($0) })
        do {
            try await service.engage(setup)
        } catch let error as WitnessSetupError {
            client.stop()
            if case .contradicts = error { throw CommandFailure("\(error)", .finding) }
            throw CommandFailure("--witness-policy \(path): \(error)")
        }
        return WitnessCalls(client, Task { await service.runWitnesses() })
    }

    private init(_ client: IdentityHTTPClient, _ running: Task<Void, Never>) {
        self.client = client
        self.running = running
    }

    func stop() async {
        running.cancel()
        client.stop()
        await running.value
    }

    private static func read(_ path: String) throws -> WitnessPolicy {
        let bytes: [UInt8]
        do throws(InputFileError) {
            bytes = try InputFile.read(path, maximumBytes: WitnessPolicy.maximumLength)
        } catch {
            throw CommandFailure(error.sentence)
        }
        do throws(WitnessPolicyError) {
            return try WitnessPolicy(parsing: bytes)
        } catch {
            throw CommandFailure("\(path) is no witness policy. \(error)", .usage)
        }
    }

    private static func post(_ body: [UInt8], to url: String, _ client: IdentityHTTPClient) async -> WitnessAnswer {
        let destination: Destination
        do throws(DestinationError) { destination = try Destination(parsing: url) } catch { return .failed("\(error)") }
        let answer = await client.send(
            IdentityRequest(
                destination: destination, body: RequestBody(copying: body), contentType: .text,
                timeoutInMilliseconds: timeoutInMilliseconds, pool: url))
        switch answer.outcome {
        case .answered(let status, let type, let body):
            return .answered(status: status, contentType: type, body: body)
        case .failed(let failure): return .failed("there was no answer (\(failure.rawValue))")
        }
    }
}
