internal import Glibc

/// Where a program speaks: results to standard output, talk to standard error.
///
/// It belongs to one thread. When nobody reads the results any more (`| head`) the program ends without a word, with
/// ``ExitStatus/impossible``.
public final class Console {
    private let output: Int32
    private let talk: Int32
    private var buffer: [UInt8] = []
    private static let bufferLimit = 65_536

    /// Takes the process's own standard output and error, and makes a closed pipe an error instead of a signal.
    public convenience init() {
        signal(SIGPIPE, SIG_IGN)
        self.init(output: STDOUT_FILENO, talk: STDERR_FILENO)
    }

    /// Other descriptors, which stay the caller's.
    public init(output: Int32, talk: Int32) {
        self.output = output
        self.talk = talk
    }

    /// Whether talk goes to a person.
    public var talkIsTerminal: Bool { isatty(talk) == 1 }

    /// Whether results go to a person.
    public var outputIsTerminal: Bool { isatty(output) == 1 }

    /// A result and a newline. The text is the caller's; what came from outside goes through ``TerminalText``.
    public func print(_ line: String) {
        print(bytes: line.utf8)
        print(bytes: CollectionOfOne(UInt8(ascii: "\n")))
    }

    /// Result bytes as they are, such as JSON, whose strings hold no raw control characters.
    public func print(bytes: some Sequence<UInt8>) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferLimit { flush() }
    }

    /// Sends the results on. The end of a program does this too, by ``exit(_:)``.
    public func flush() {
        let failure = Self.write(buffer, to: output)
        buffer.removeAll(keepingCapacity: true)
        guard let failure else { return }
        if failure != EPIPE { say("The result could not be written: \(String(cString: strerror(failure))).") }
        Glibc.exit(ExitStatus.impossible.rawValue)
    }

    /// A line for the person at the keyboard, escaped.
    public func say(_ line: String) {
        tell(TerminalText.escaped(line) + "\n")
    }

    /// Raw text to standard error. Where that is gone there is nobody to tell.
    func tell(_ text: String) {
        _ = Self.write(Array(text.utf8), to: talk)
    }

    /// Sends the results on and ends the program.
    public func exit(_ status: ExitStatus) -> Never {
        flush()
        Glibc.exit(status.rawValue)
    }

    /// The terminal's width in columns, where there is a terminal.
    var talkWidth: Int? {
        var size = winsize()
        guard ioctl(talk, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// nil, or the `errno` of the write that failed.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let slice = UnsafeRawBufferPointer(rebasing: rest)
                let count = Glibc.write(descriptor, slice.baseAddress, slice.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return errno }
                rest = rest.dropFirst(count)
            }
            return nil
        }
    }
}
