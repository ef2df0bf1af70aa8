import Foundation
import OssicleAudio
import OssicleBase
import OssicleEvaluation

/// The scores of a sweep, averaged over the seeds for each row and column, as a Markdown table and as a heat map.
struct SweepTable {
    let plan: SweepPlan
    /// The scores, in the order of the plan's cells.
    let scores: [ProbeScore?]

    /// The result of one row and column.
    struct Entry: Equatable {
        var mean: Double
        /// The standard deviation over the seeds; nil if there is only one.
        var deviation: Double?
        var seeds: Int
    }

    private var columns: [String] { plan.columns.isEmpty ? [""] : plan.columns }

    /// The result of a row and column; nil if no seed is finished.
    func entry(row: Int, column: Int) -> Entry? {
        let first = (row * columns.count + column) * plan.seeds.count
        let values = scores[first..<first + plan.seeds.count].compactMap { $0?.value }
        guard !values.isEmpty else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return Entry(
            mean: mean, deviation: values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil,
            seeds: values.count)
    }

    var markdown: String {
        // Without the backslash, a bar in a name would begin a new column.
        func text(_ name: String) -> String { name.replacing("|", with: "\\|") }
        let head = "| | " + columns.map { $0.isEmpty ? "accuracy" : text($0) }.joined(separator: " | ") + " |"
        let rule = "| --- |" + String(repeating: " --- |", count: columns.count)
        let lines = plan.rows.indices.map { row in
            let cells = columns.indices.map { column -> String in
                guard let entry = entry(row: row, column: column) else { return "–" }
                let deviation = entry.deviation.map { String(format: " ± %.3f", $0) } ?? ""
                return String(format: "%.3f", entry.mean) + deviation
            }
            return "| \(text(plan.rows[row])) | \(cells.joined(separator: " | ")) |"
        }
        return ([head, rule] + lines).joined(separator: "\n") + "\n"
    }

    /// The heat map, with the rows and columns of the table. Brighter cells have higher scores.
    var heatMap: SVGDrawing {
        let (left, top, side) = (140.0, 110.0, 64.0)
        var drawing = SVGDrawing(
            width: left + side * Double(columns.count) + 20, height: top + side * Double(plan.rows.count) + 20)
        let means = plan.rows.indices.flatMap { row in columns.indices.compactMap { entry(row: row, column: $0)?.mean }
        }
        let (low, high) = (means.min() ?? 0, means.max() ?? 0)
        for (column, name) in columns.enumerated() {
            drawing.text(name, x: left + (Double(column) + 0.5) * side, y: top - 10, size: 11, anchor: .middle)
        }
        for (row, name) in plan.rows.enumerated() {
            let y = top + Double(row) * side
            drawing.text(name, x: left - 8, y: y + side / 2 + 4, anchor: .end)
            for column in columns.indices {
                let x = left + Double(column) * side
                guard let entry = entry(row: row, column: column) else {
                    drawing.rectangle(x: x, y: y, width: side - 1, height: side - 1, fill: "#eee")
                    continue
                }
                let share = high > low ? (entry.mean - low) / (high - low) : 0.5
                let (r, g, b) = ColourMap.colour(Float(share))
                drawing.rectangle(
                    x: x, y: y, width: side - 1, height: side - 1, fill: "rgb(\(r),\(g),\(b))",
                    title: "\([name, columns[column]].filter { !$0.isEmpty }.joined(separator: ", ")): \(entry.mean)")
                drawing.text(
                    String(format: "%.3f", entry.mean), x: x + side / 2, y: y + side / 2 + 4, anchor: .middle,
                    fill: share < 0.6 ? "white" : "black")
            }
        }
        return drawing
    }

    /// Writes `table.md` and `heatmap.svg` to a folder.
    func write(to folder: String) throws(FeatureError) {
        let path = folder + "/table.md"
        if let reason = PartialFile(path).commit(Array(markdown.utf8)) { throw .unwritable(path: path, reason: reason) }
        try heatMap.write(to: folder + "/heatmap.svg")
    }
}
