/// Rows of text whose columns stand under each other.
public struct TextTable: Sendable {
    private let headings: [String]
    private var rows: [[String]] = []

    /// Columns by their headings.
    public init(_ headings: String...) {
        self.headings = headings
    }

    public var isEmpty: Bool { rows.isEmpty }

    /// Adds a row; cells are escaped for a terminal. A row has as many cells as there are headings.
    public mutating func add(_ cells: String...) {
        precondition(cells.count == headings.count, "a cell for every column")
        rows.append(cells.map(TerminalText.escaped))
    }

    /// The headings and rows, a line each, without the newline.
    public var lines: [String] {
        let all = [headings] + rows
        let widths = headings.indices.map { column in
            all.map { Self.width($0[column]) }.max() ?? 0
        }
        return all.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                // Nothing is padded at the end of a line.
                if row[(column + 1)...].contains(where: { !$0.isEmpty }) {
                    line += String(repeating: " ", count: widths[column] - Self.width(cell) + 2)
                }
            }
            return line
        }
    }

    private static func width(_ cell: String) -> Int { cell.count }
}
