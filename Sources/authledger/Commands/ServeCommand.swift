import AuthorizationCore
import AuthorizationService
import CWipingFree
import CommandLineTools
import EventLog
import EventLogSQLite
import Glibc
import HTTPServer
import IdentityClient
import LedgerCrypto
import Threads

/// `authledger serve`: opens the ledger and answers until it is told to stop.
struct ServeCommand {
    static let declaration = Command(
        "serve", "Serves the token endpoint, the management API and the ledger until INT or TERM.",
        options: ServeOptions.declared,
        examples: [
            Command.Example(
                "authledger serve --ledger ledger.db --listen 127.0.0.1:8080 --base-url http://127.0.0.1:8080",
                "Serves on loopback.")
        ])

    let options: ServeOptions

    init(_ arguments: Arguments) throws {
        options = try ServeOptions(arguments)
    }

    func run(_ console: Console) async throws -> ExitStatus {
        _ = forbidCoreFiles()
        // Named here so that the linker takes it in; elsewhere than on glibc the memory is not wiped.
        _ = ledger_wipes_on_free()
        let signals = ServiceSignals(reloads: options.tls != nil)
        let running: RunningService
        do {
            running = try await RunningService.start(options, console)
        } catch let error as OpenError {
            throw CommandFailure("\(error)")
        } catch KeyError.exposed(let path) {
            throw CommandFailure("The keys are not used: \(KeyError.exposed(path)).", .finding)
        } catch let error as KeyError {
            throw CommandFailure("The keys cannot be used: \(error).")
        } catch let error as TLSError {
            throw CommandFailure("TLS cannot be served: \(error).")
        } catch let error as ListenError {
            throw CommandFailure("Nothing can listen on \(options.host):\(options.port): \(error).")
        }
        console.say("authledger serves \(options.baseURL) on \(options.host):\(running.port)")
        await signals.wait { console.say(running.reloadCertificate()) }
        console.say("stopping")
        await running.stop()
        return .fine
    }
}
