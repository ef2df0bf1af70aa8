import Foundation
import OssicleAudio
import OssicleBase
import OssicleEvaluation
import OssicleStatistics

/// A plot of clips by the first two principal components of their embeddings, with one colour per class. Both axes have
/// the same scale. Clips without a class are grey.
public struct EmbeddingMap: Sendable {
    private static let side = 720.0, margin = 50.0, legend = 200.0, legendRow = 18.0

    /// The shares of the variance that the two axes explain. They are 0 if there is no variance.
    public let shares: [Double]
    /// Whether the embeddings differ, so that the shares are defined.
    public var hasVariance: Bool { shares.contains { $0 > 0 } }
    let drawing: SVGDrawing

    /// Plots the clips of an embedding file.
    public init(_ file: EmbeddingFile) {
        let components = PrincipalComponents(
            points: file.embeddings, count: file.paths.count, dimension: file.dimension)
        let shares = components.shares
        let columns = (0..<2).map { axis in file.paths.indices.map { Double(components.coordinates[2 * $0 + axis]) } }
        let middles = columns.map { (($0.min() ?? 0) + ($0.max() ?? 0)) / 2 }
        let extent = columns.map { ($0.max() ?? 0) - ($0.min() ?? 0) }.max() ?? 0
        let scale = extent > 0 ? (Self.side - 24) / extent : 0

        let height = max(Self.side, Double(file.classes.count + 1) * Self.legendRow) + 2 * Self.margin
        var drawing = SVGDrawing(width: Self.side + 2 * Self.margin + Self.legend, height: height)
        let (edge, base) = (Self.margin, Self.margin + Self.side)
        for (x, y) in [(base, base), (edge, edge)] { drawing.line(x: edge, y: base, toX: x, toY: y) }
        func percent(_ axis: Int) -> String {
            shares.contains { $0 > 0 }
                ? String(format: "%.1f %% of the variance", 100 * shares[axis]) : "there is no variance"
        }
        drawing.text("first component, \(percent(0))", x: base, y: base + 20, anchor: .end)
        drawing.text("second component, \(percent(1))", x: edge, y: edge - 12)

        func colour(_ label: Int64) -> String {
            guard label >= 0 else { return "#999" }
            // Classes that are neighbours in the list differ clearly in hue and in lightness.
            let hue = Int((Double(label) * 137.508).truncatingRemainder(dividingBy: 360))
            return "hsl(\(hue),65%,\([42, 56, 34][Int(label) % 3])%)"
        }
        func name(_ label: Int64) -> String { label >= 0 ? file.classes[Int(label)] : "no class" }
        let (centreX, centreY) = (edge + Self.side / 2, edge + Self.side / 2)
        for (index, path) in file.paths.enumerated() {
            drawing.circle(
                x: centreX + scale * (columns[0][index] - middles[0]),
                y: centreY - scale * (columns[1][index] - middles[1]), radius: 3.5, fill: colour(file.labels[index]),
                title: "\(name(file.labels[index])): \(path)")
        }
        for (row, label) in Set(file.labels).sorted().enumerated() {
            let y = edge + Double(row) * Self.legendRow
            drawing.circle(x: base + Self.margin, y: y, radius: 5, fill: colour(label))
            drawing.text(name(label), x: base + Self.margin + 12, y: y + 4)
        }
        self.shares = shares
        self.drawing = drawing
    }

    /// Writes the embeddings to `output` and the plot to `path`. If the disk is full, it writes neither.
    public func write(to path: String, and file: EmbeddingFile, to output: String) throws {
        let plot = PartialFile(path)
        if let reason = plot.write(Array(drawing.document.utf8)) {
            throw FeatureError.unwritable(path: path, reason: reason)
        }
        try file.write(to: output)
        if let reason = plot.commit() { throw FeatureError.unwritable(path: path, reason: reason) }
    }
}
