import Foundation
import LedgerTestSupport

/// Programs that share no code with this project, in an environment of `Tools/python-env`.
enum Witness {
    static let hasPython = (try? RunningLedger.run("/usr/bin/env", ["python3", "--version"]).status) == 0

    /// Runs a script of `Tests/<folder>/Witness` with the packages it needs from PyPI.
    static func run(
        _ script: String, of folder: String = "EndToEndTests", _ arguments: [String], input: String = ""
    ) throws -> RunningLedger.Finished {
        let path = Vectors.packageFolder.appendingPathComponent("Tests/\(folder)/Witness/\(script)").path
        return try RunningLedger.run(try python.get(), [path] + arguments, input: input)
    }

    static let python: Result<String, any Error> = Result {
        let tool = Vectors.packageFolder.appendingPathComponent("Tools/python-env").path
        let made = try RunningLedger.run(tool, ["jsonschema", "PyJWT", "cryptography", "Authlib", "requests-oauthlib"])
        guard made.status == 0 else { throw Probe.Failed(reason: made.talk) }
        return made.output.trimmingCharacters(in: .newlines)
    }
}
