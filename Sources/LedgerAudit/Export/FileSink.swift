/// Where an export goes: files by their names, one after the other, each written from its beginning to its end.
///
/// Names are relative, with `/` between folders.
public protocol FileSink: AnyObject {
    func begin(_ name: String) throws(ExportFault)
    func append(_ bytes: [UInt8]) throws(ExportFault)
    func end() throws(ExportFault)
    /// After the last file.
    func finish() throws(ExportFault)
}

extension FileSink {
    func add(_ name: String, _ bytes: [UInt8]) throws(ExportFault) {
        try begin(name)
        try append(bytes)
        try end()
    }
}
