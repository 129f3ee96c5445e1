/// A file that did not exist before.
public enum NewFile {
    /// Writes it, for this account only. Throws ``ExportFault/exists(path:)`` rather than overwrite anything.
    public static func write(_ bytes: [UInt8], to path: String) throws(ExportFault) {
        var file = try OutputFile(creating: path)
        try file.append(bytes)
        try file.sync()
    }
}
