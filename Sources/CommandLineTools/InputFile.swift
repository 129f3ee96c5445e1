internal import Glibc

/// A file that a command was told to read.
public enum InputFile {
    /// The bytes of the file at `path`. It blocks until they are there.
    public static func read(_ path: String, maximumBytes: Int) throws(InputFileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InputFileError(path: path, errno: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw InputFileError(path: path, errno: errno) }
            guard bytes.count + count <= maximumBytes else {
                throw InputFileError(path: path, reason: .tooLarge(maximumBytes))
            }
            bytes += piece[..<count]
        }
    }
}

/// Why a file could not be read.
public struct InputFileError: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        case absent
        case forbidden
        case isFolder
        /// More bytes than this.
        case tooLarge(Int)
        case failed(errno: Int32)
    }

    public let path: String
    public let reason: Reason

    init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    init(path: String, errno: Int32) {
        let reason: Reason =
            switch errno {
            case ENOENT, ENOTDIR: .absent
            case EACCES, EPERM: .forbidden
            case EISDIR: .isFolder
            default: .failed(errno: errno)
            }
        self.init(path: path, reason: reason)
    }

    /// One sentence.
    public var sentence: String {
        switch reason {
        case .absent: "There is no file \(path)."
        case .forbidden: "The file \(path) may not be read by this account."
        case .isFolder: "\(path) is a folder, not a file."
        case .tooLarge(let maximum): "The file \(path) has more than \(maximum) bytes."
        case .failed(let errno): "The file \(path) cannot be read: \(String(cString: strerror(errno)))."
        }
    }
}
