import Glibc
import Testing

@testable import CommandLineTools

@Suite struct TerminalTests {
    @Test(arguments: [
        ("plain", "plain"),
        ("tab\there", "tab\\u{9}here"),
        ("line\nbreak\r", "line\\u{a}break\\u{d}"),
        ("\u{1b}[31mred", "\\u{1b}[31mred"),
        ("\u{0}\u{1f}\u{7f}\u{80}\u{9f}", "\\u{0}\\u{1f}\\u{7f}\\u{80}\\u{9f}"),
        ("a\u{202e}b\u{202a}", "a\\u{202e}b\\u{202a}"),
        ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
        ("\u{200e}\u{200f}", "\\u{200e}\\u{200f}"),
        ("é日本\u{a0}\u{2028}", "é日本\u{a0}\u{2028}"),
        ("\u{20}\u{7e}\u{200d}\u{2029}\u{202f}\u{206a}", "\u{20}\u{7e}\u{200d}\u{2029}\u{202f}\u{206a}"),
    ])
    func `control and bidirectional characters are written out`(_ text: String, _ escaped: String) {
        #expect(TerminalText.escaped(text).unicodeScalars.elementsEqual(escaped.unicodeScalars))
    }

    @Test func `columns stand under each other and nothing is padded at the end`() {
        var table = TextTable("id", "name", "note")
        table.add("1", "long name", "")
        table.add("1234", "b\u{1b}", "x")
        #expect(
            table.lines == [
                "id    name       note",
                "1     long name",
                "1234  b\\u{1b}    x",
            ])
    }

    @Test(arguments: [
        (0, 1_000_000, 0, 80, "verify [........................................] 0%"),
        (
            540_000, 1_000_000, 2_000, 80,
            "verify [###################..................] 54%  270,000 events/s  0:02 left"
        ),
        (1_000_000, 1_000_000, 4_000, 80, "verify [########################################] 100%  250,000 events/s"),
        (5, 0, 0, 80, "verify [########################################] 100%"),
        (1, 100, 1_000, 24, "verify 1%  1 events/s  "),
        (10, 72_000_010, 1_000, 60, "verify [.................] 0%  10 events/s  2000:00:00 left"),
    ])
    func `a progress bar says share, rate and time left, and fits the terminal`(
        _ done: Int64, _ total: Int64, _ milliseconds: Int64, _ width: Int, _ text: String
    ) {
        let line = ProgressLine(
            label: "verify", unit: "events", done: done, total: total, elapsed: .milliseconds(milliseconds))
        #expect(line.text(width: width) == text)
        #expect(line.text(width: width).count < width)
    }

    /// What a console writes to a pipe.
    private func written(_ body: (Console) -> Void) -> (output: String, talk: String) {
        var output: [Int32] = [0, 0]
        var talk: [Int32] = [0, 0]
        guard pipe(&output) == 0, pipe(&talk) == 0 else { return ("", "") }
        let console = Console(output: output[1], talk: talk[1])
        body(console)
        console.flush()
        close(output[1])
        close(talk[1])
        return (Self.all(of: output[0]), Self.all(of: talk[0]))
    }

    private static func all(of descriptor: Int32) -> String {
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4_096)
        while case let count = read(descriptor, &part, part.count), count > 0 { bytes += part[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `results and talk go their own ways, and no bar is drawn into a pipe`() {
        let (output, talk) = written { console in
            console.print("result")
            console.print(bytes: [0x78, 0x0a])
            console.say("careful: \u{1b}[2J")
            var bar = ProgressBar("verify", total: 10, unit: "events", on: console)
            for step in 0...10 { bar.update(Int64(step)) }
            bar.clear()
        }
        #expect(output == "result\nx\n")
        #expect(talk == "careful: \\u{1b}[2J\n")
    }

    @Test func `a bar is drawn ten times a second at most, and taken away`() {
        let (_, talk) = written { console in
            var bar = ProgressBar("verify", total: 100_000, unit: "events", on: console, isShown: true)
            for step in 0..<1_000 { bar.update(Int64(step)) }
            bar.clear()
        }
        #expect(talk.hasPrefix("\rverify ["))
        #expect(talk.hasSuffix("\r\u{1b}[K"))
        #expect(talk.filter { $0 == "%" }.count < 20)
    }
}
