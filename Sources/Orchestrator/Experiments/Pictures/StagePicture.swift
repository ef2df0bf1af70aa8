import Foundation
import OssicleAudio
import OssicleEvaluation
import OssicleStatistics

/// A plot of a ``StageSurvey``. The feature maps of the encoder are on the horizontal axis, and the accuracy is on the
/// vertical axis. Vertical lines show the confidence intervals. The feature maps that the embedding reads have a grey
/// background, and their score together is in the last column.
public struct StagePicture: Sendable {
    private static let (left, top, plotHeight, column) = (70.0, 50.0, 320.0, 84.0)
    private static let colours = ["#1b6ca8", "#d1762b", "#4b8b3b", "#7a4ea3"]
    let drawing: SVGDrawing

    /// Plots a survey.
    public init(_ survey: StageSurvey) {
        let names = survey.maps + (survey.read.isEmpty ? [] : ["together"])
        let width = Self.left + Self.column * Double(names.count) + 30
        var drawing = SVGDrawing(width: width, height: Self.top + Self.plotHeight + 100)
        let all =
            survey.curves.flatMap { $0.scores + [$0.together].compactMap { $0 } } + [survey.logMel].compactMap { $0 }
        // A score without an interval is a point.
        let low = max(0, ((all.map { $0.ci95?.low ?? $0.value }.min() ?? 0) * 10 - 0.5).rounded(.down) / 10)
        let high = min(1, ((all.map { $0.ci95?.high ?? $0.value }.max() ?? 1) * 10 + 0.5).rounded(.up) / 10)
        let base = Self.top + Self.plotHeight
        func y(_ value: Double) -> Double { base - (value - low) / max(high - low, 0.1) * Self.plotHeight }
        func x(_ place: Int) -> Double { Self.left + (Double(place) + 0.5) * Self.column }

        for (place, name) in names.enumerated() {
            if survey.read.contains(name) {
                drawing.rectangle(
                    x: x(place) - Self.column / 2, y: Self.top, width: Self.column, height: Self.plotHeight,
                    fill: "#ececec", title: "the embedding reads \(name)")
            }
            drawing.text(name, x: x(place), y: base + 18, size: 11, anchor: .middle)
        }
        for tick in stride(from: low, through: high + 1e-9, by: 0.1) {
            drawing.line(x: Self.left, y: y(tick), toX: width - 30, toY: y(tick), stroke: "#ddd")
            drawing.text(String(format: "%.1f", tick), x: Self.left - 8, y: y(tick) + 4, size: 11, anchor: .end)
        }
        drawing.text("accuracy on \(all.first?.clips ?? 0) test clips, \(survey.classes) classes", x: Self.left, y: 26)

        var legend = [(name: String, colour: String)]()
        if let logMel = survey.logMel {
            drawing.line(x: Self.left, y: y(logMel.value), toX: width - 30, toY: y(logMel.value), stroke: "#888")
            legend.append(("log-mel statistics", "#888"))
        }
        for (number, curve) in survey.curves.enumerated() {
            let colour = Self.colours[number % Self.colours.count]
            // The curves are shifted, so that their confidence intervals are side by side.
            let shift = 5 * (Double(number) - Double(survey.curves.count - 1) / 2)
            for (place, score) in (curve.scores + [curve.together].compactMap { $0 }).enumerated() {
                let middle = x(place) + shift
                if place > 0, place < curve.scores.count {
                    drawing.line(
                        x: x(place - 1) + shift, y: y(curve.scores[place - 1].value), toX: middle, toY: y(score.value),
                        stroke: colour)
                }
                if let ci95 = score.ci95 {
                    drawing.line(x: middle, y: y(ci95.low), toX: middle, toY: y(ci95.high), stroke: colour)
                }
                drawing.circle(
                    x: middle, y: y(score.value), radius: 4, fill: colour,
                    title: String(format: "%@, %@: %.3f", curve.name, names[place], score.value))
            }
            legend.append((curve.name == "run" ? "trained" : curve.name == "random" ? "untrained" : curve.name, colour))
        }
        for (place, entry) in legend.enumerated() {
            let start = Self.left + 150 * Double(place)
            drawing.circle(x: start + 5, y: base + 52, radius: 5, fill: entry.colour)
            drawing.text(entry.name, x: start + 16, y: base + 56)
        }
        self.drawing = drawing
    }

    /// Writes an SVG file, completely or not at all.
    public func write(to path: String) throws(FeatureError) { try drawing.write(to: path) }
}
