/// Why an export was not made. Its description is one sentence that says what to do.
public enum ExportFault: Error, Sendable, Equatable {
    case proof(ProofFault)
    /// A file or folder is there already.
    case exists(path: String)
    case folderNotEmpty(path: String)
    /// A folder on the way to the target is missing.
    case noSuchFolder(path: String)
    case notWritten(path: String, errno: Int32)
    /// The name or the size does not fit a tar archive.
    case notForTar(name: String)
    /// More events than a pack holds.
    case tooManyEvents(maximum: Int)
    /// Nothing in the ledger answers the question.
    case noEvents
}
