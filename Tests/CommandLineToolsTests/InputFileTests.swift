import Glibc
import Testing

@testable import CommandLineTools

@Suite struct InputFileTests {
    @Test(
        arguments: [
            (ENOENT, "There is no file F."), (ENOTDIR, "There is no file F."),
            (EACCES, "The file F may not be read by this account."),
            (EPERM, "The file F may not be read by this account."), (EISDIR, "F is a folder, not a file."),
            (EIO, "The file F cannot be read: Input/output error."),
        ] as [(Int32, String)])
    func `each reason that the system has is a sentence of its own`(_ code: Int32, _ sentence: String) {
        #expect(InputFileError(path: "F", errno: code).sentence == sentence)
    }

    @Test func `a file is read up to its limit`() throws {
        var template = Array("/tmp/input.XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        let path = template.withUnsafeBufferPointer { String(decoding: $0.dropLast().map(UInt8.init), as: UTF8.self) }
        defer { unlink(path) }
        let bytes = [UInt8](repeating: 7, count: 100_000)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        #expect(try InputFile.read(path, maximumBytes: 100_000) == bytes)
        #expect(throws: InputFileError(path: path, reason: .tooLarge(99_999))) {
            try InputFile.read(path, maximumBytes: 99_999)
        }
        #expect(throws: InputFileError(path: "/nowhere/f", reason: .absent)) {
            try InputFile.read("/nowhere/f", maximumBytes: 1)
        }
        #expect(throws: InputFileError(path: "/tmp", reason: .isFolder)) {
            try InputFile.read("/tmp", maximumBytes: 1)
        }
    }
}
