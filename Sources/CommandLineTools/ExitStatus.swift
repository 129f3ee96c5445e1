/// What a program tells its caller by its exit.
public enum ExitStatus: Int32, Sendable {
    case fine = 0
    /// Something was found, or what was asked is refused. A damaged record is a finding.
    case finding = 1
    /// The command line makes no sense.
    case usage = 2
    /// It could not be done: no such file, no permission, no space.
    case impossible = 3
}
