import Foundation
import LedgerTestSupport
import Testing

/// `Tools/install` on machines that lack something: stand-ins for what the system has are all that is on PATH.
@Suite struct InstallTests {
    final class Machine {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("machine-\(UUID().uuidString)")

        init(_ stands: [String: String]) throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for tool in ["bash", "cat", "env", "grep", "head", "sed"] {
                let found = ["/usr/bin", "/bin"].map { "\($0)/\(tool)" }.first(where: FileManager.default.fileExists)
                try FileManager.default.createSymbolicLink(
                    atPath: path(tool), withDestinationPath: try #require(found))
            }
            for (name, script) in stands {
                try Data("#!\(path("bash"))\n\(script)\n".utf8).write(to: URL(fileURLWithPath: path(name)))
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path(name))
            }
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

        func run(_ command: String) throws -> (status: Int32, talk: String, log: String) {
            let tool = Vectors.packageFolder.appendingPathComponent("Tools/install").path
            let finished = try RunningLedger.run(
                path("env"),
                [
                    "-i", "PATH=\(folder.path)", "LOG=\(path("log"))", "bash", "-c",
                    "set -euo pipefail; . '\(tool)'; \(command)",
                ])
            let log = (try? String(contentsOfFile: path("log"), encoding: .utf8)) ?? ""
            return (finished.status, finished.output + finished.talk, log)
        }
    }

    static let root = "echo 0"
    static let somebody = "echo 1000"
    /// Packages of which only `pkg-config` is there.
    static let packages = #"case "$*" in *pkg-config) printf 'install ok installed' ;; *) exit 1 ;; esac"#
    static let apt = #"echo "${DEBIAN_FRONTEND:-dialog} $*" >>"$LOG""#
    /// Resets the environment, as sudo does, but for what the stand-ins need.
    static let sudo = #"echo sudo >>"$LOG"; exec env -i PATH="$PATH" LOG="$LOG" "$@""#

    @Test(arguments: [true, false])
    func `what is missing is installed without a question, by root or through sudo`(_ isRoot: Bool) throws {
        var stands = ["id": isRoot ? Self.root : Self.somebody, "dpkg-query": Self.packages, "apt-get": Self.apt]
        if !isRoot { stands["sudo"] = Self.sudo }
        let ran = try Machine(stands).run("ledger_libraries")
        #expect(ran.status == 0, "\(ran.talk)")
        let lines = ran.log.split(separator: "\n").filter { $0 != "sudo" }
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.hasPrefix("noninteractive ") })
        #expect(lines.first?.hasSuffix(" update") == true)
        #expect(
            lines.last?.hasSuffix(
                " install -y --no-install-recommends libsqlite3-dev libssl-dev libcurl4-openssl-dev") == true)
        #expect(ran.log.contains("sudo") == !isRoot)
    }

    @Test func `where nothing is missing nothing is run`() throws {
        let ran = try Machine(["dpkg-query": "printf 'hold ok installed'"]).run("ledger_libraries; echo done")
        #expect((ran.status, ran.talk, ran.log) == (0, "done\n", ""))
    }

    @Test func `a list that cannot be fetched is no reason to give up, and a package that cannot be had is`() throws {
        let update = #"case "$*" in *update) exit 100 ;; esac; "# + Self.apt
        let stale = try Machine(["id": Self.root, "dpkg-query": "exit 1", "apt-get": update]).run("ledger_install a")
        #expect(stale.status == 0 && stale.log.contains("install -y --no-install-recommends a"))
        let none = try Machine(["id": Self.root, "dpkg-query": "exit 1", "apt-get": "exit 100"]).run(
            "ledger_install a b")
        #expect(none.status == 3 && none.talk.hasSuffix("These packages could not be installed: a b.\n"))
    }

    @Test(
        arguments: [
            (
                ["id": somebody, "dpkg-query": "exit 1", "apt-get": "exit 0"], "ledger_install a b",
                "Packages are missing, and there is no sudo: run 'apt-get install a b' as root.\n"
            ),
            (
                [:], "ledger_install a",
                "There is no apt-get here: these tools install packages on Debian and Ubuntu only, and need a.\n"
            ),
            (
                [:], "ledger_need_swift",
                "Swift 6.2 or later is needed: get it from https://www.swift.org/install/linux/ and put its usr/bin on PATH.\n"
            ),
            (
                ["swift": "echo 'Swift version 6.1.2 (swift-6.1.2-RELEASE)'"], "ledger_need_swift",
                "Swift 6.2 or later is needed, and this is 6.1: get it from https://www.swift.org/install/linux/.\n"
            ),
            (
                ["swift": "echo 'Swift version 5.10 (swift-5.10-RELEASE)'"], "ledger_need_swift",
                "Swift 6.2 or later is needed, and this is 5.10: get it from https://www.swift.org/install/linux/.\n"
            ),
        ] as [([String: String], String, String)])
    func `what a machine lacks is said in one sentence`(
        _ stands: [String: String], _ command: String, _ sentence: String
    ) throws {
        let ran = try Machine(stands).run("\(command); echo not reached")
        #expect((ran.status, ran.talk, ran.log) == (3, sentence, ""))
    }

    @Test(arguments: ["6.2", "6.3.1", "6.10", "7.0", "what"])
    func `a Swift that is new enough goes on`(_ version: String) throws {
        let machine = try Machine(["swift": "echo 'Apple Swift version \(version) (x)'"])
        #expect(try machine.run("ledger_need_swift; echo done").talk == "done\n")
    }
}
