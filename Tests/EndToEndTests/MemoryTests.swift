import Foundation
import Glibc
import Testing

/// What the service's memory holds when a decision has ended: row S1.2.
@Suite struct MemoryTests {
    @Test func `cores are off, and no password is left in memory when its decision has ended`() throws {
        let scene = try Scene()
        // Too long to be kept inside a string's own two words.
        let (right, wrong) = ("right-password-of-ana-7d21", "wrong-password-of-ana-c094")
        scene.store.behave(StubStore.knowing(["ana": right]))
        let process = scene.ledger.process.processIdentifier
        let limits = try String(contentsOfFile: "/proc/\(process)/limits", encoding: .utf8)
        let cores = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
        #expect(cores?.split(separator: " ").filter { $0 == "0" }.count == 2)

        // On connections that are over, and on one that stays open.
        let open = try Probe.connect(to: scene.ledger.port)
        defer { close(open) }
        for password in [right, wrong] {
            _ = try scene.ledger.token(scene.app, "ana", password)
            let body = Array(#"{"grant_type":"password","username":"ana","password":"\#(password)"}"#.utf8)
            _ = try scene.ledger.post(scene.app, String(decoding: body, as: UTF8.self), type: "application/json")
            var head = "POST /prod/oauth/access-token HTTP/1.1\r\nHost: a\r\nAuthorization: \(scene.app.basic)\r\n"
            head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
            #expect(Probe.write(Array(head.utf8) + body, to: open))
            var answer = [UInt8](repeating: 0, count: 8_192)
            #expect(recv(open, &answer, answer.count, 0) > 0)
        }
        guard let memory = ProcessMemory(process) else { return }
        // The search finds what is there.
        #expect(memory.count(of: Array("test.example/ledger".utf8)) > 0)
        // An answer leaves a moment before the last that its request held.
        for password in [right, wrong] {
            #expect(eventually { memory.count(of: Array(password.utf8)) == 0 }, "\(password.prefix(5))")
        }
        try scene.ledger.verifyWholeLedger()
    }
}

/// Another process's memory, as far as this account may read it.
private struct ProcessMemory {
    private let file: FileHandle
    private let regions: [Range<UInt64>]

    /// Nil where it may not be read: the service forbids it to all but root.
    init?(_ process: Int32) {
        guard let file = FileHandle(forReadingAtPath: "/proc/\(process)/mem"),
            let maps = try? String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)
        else { return nil }
        self.file = file
        regions = maps.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            let ends = words[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard words[1].hasPrefix("rw"), ends.count == 2, ends[0] < ends[1] else { return nil }
            return ends[0]..<ends[1]
        }
        guard !regions.isEmpty else { return nil }
    }

    func count(of pattern: [UInt8]) -> Int {
        var found = 0
        for region in regions {
            guard (try? file.seek(toOffset: region.lowerBound)) != nil,
                let bytes = try? file.read(upToCount: Int(region.count))
            else { continue }
            var rest = bytes[...]
            while let range = rest.range(of: Data(pattern)) {
                found += 1
                rest = rest[range.upperBound...]
            }
        }
        return found
    }
}
