/// One family of measurements in the Prometheus text format.
public struct Metric: Sendable, Equatable {
    public enum Kind: String, Sendable { case counter, gauge }

    public struct Sample: Sendable, Equatable {
        public var labels: [Label]
        public var value: Int64

        public init(labels: [Label] = [], value: Int64) {
            self.labels = labels
            self.value = value
        }
    }

    /// Values are ids and words of ours, never text from outside.
    public struct Label: Sendable, Equatable {
        public let name: String
        public let value: String

        public init(_ name: String, _ value: String) {
            precondition(Metric.isName(name) && !name.contains(":"), "a label name")
            self.name = name
            self.value = value
        }
    }

    public let name: String
    public let help: String
    public let kind: Kind
    public let samples: [Sample]

    /// The name must match `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    public init(name: String, help: String, kind: Kind, samples: [Sample]) {
        precondition(Self.isName(name), "a metric name")
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }

    public init(name: String, help: String, kind: Kind, value: Int64) {
        self.init(name: name, help: help, kind: kind, samples: [Sample(value: value)])
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"):
                true
            default: false
            }
        }
    }
}

extension Metric {
    /// The Prometheus text format, version 0.0.4: help, type, samples, each on its line.
    static func text(_ metrics: [Metric]) -> String {
        var text = ""
        for metric in metrics where !metric.samples.isEmpty {
            text += "# HELP \(metric.name) \(escaped(metric.help, quotes: false))\n"
            text += "# TYPE \(metric.name) \(metric.kind.rawValue)\n"
            for sample in metric.samples {
                let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
                let list = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
                text += "\(metric.name)\(list) \(sample.value)\n"
            }
        }
        return text
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
