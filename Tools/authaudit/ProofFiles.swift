import CommandLineTools
import EventLog
import LedgerAudit

/// The files that proofs come in and go to.
enum ProofFiles {
    /// The bytes of a file that was named; nil when none was.
    static func read(_ path: String?, _ console: Console) -> Result<[UInt8]?, AuditProgram.Refusal> {
        guard let path else { return .success(nil) }
        do throws(InputFileError) {
            return .success(try InputFile.read(path, maximumBytes: Misbehaviour.maximumLength))
        } catch {
            console.say(error.sentence)
            return .failure(AuditProgram.Refusal(status: .impossible))
        }
    }

    /// Writes new files.
    static func write(_ files: [(path: String, bytes: [UInt8])], _ console: Console) -> ExitStatus {
        do throws(ExportFault) {
            for file in files { try NewFile.write(file.bytes, to: file.path) }
            return .fine
        } catch {
            return refuse(error, console)
        }
    }

    /// Says why nothing, or not everything, was written.
    static func refuse(_ fault: ExportFault, _ console: Console) -> ExitStatus {
        if case .proof(let fault) = fault { return ProveCommand.refuse(fault, console) }
        console.say("\(fault)")
        switch fault {
        case .proof, .noEvents: return .finding
        case .exists, .folderNotEmpty, .noSuchFolder, .notWritten, .notForTar, .tooManyEvents: return .impossible
        }
    }
}
