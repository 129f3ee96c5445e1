internal import Glibc

extension ExportFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .proof(let fault): "\(fault)"
        case .exists(let path): "\(path) is there already, and nothing is overwritten; choose another place."
        case .folderNotEmpty(let path): "The folder \(path) is not empty; choose a new or an empty one."
        case .noSuchFolder(let path): "There is no folder in which \(path) could be made."
        case .notWritten(let path, let errno):
            "\(path) could not be written: \(String(cString: strerror(errno))). What was written is not a whole export."
        case .notForTar(let name): "'\(name)' does not fit a tar archive; export to a folder."
        case .tooManyEvents(let maximum):
            "More than \(maximum) events answer the question; ask for less, or export the whole log as --tiles."
        case .noEvents: "No event up to the checkpoint answers the question."
        }
    }
}
