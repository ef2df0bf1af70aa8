import Foundation
import Orchestrator

/// The roofline plot: the speed of each kernel against its operations per byte of main memory, with the limits by
/// arithmetic and by memory. Both axes are logarithmic. Forward passes are filled, backward passes are pale. Tooltips
/// show names and values.
///
/// *Reference:* Williams, Waterman, Patterson, "Roofline", Communications of the ACM 52 (2009).
struct RooflinePicture {
    let title: String
    let roof: Roof
    /// The kernels with floating-point operations. Kernels that only copy or compare values are left out.
    let results: [KernelResult]

    private static let size = (width: 900.0, height: 560.0)
    private static let frame = (left: 70.0, top: 50.0, right: 730.0, bottom: 500.0)
    private static let hues = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b"]

    init(title: String, roof: Roof, results: [KernelResult]) {
        self.title = title
        self.roof = roof
        self.results = results.filter { $0.gigaflops > 0 && $0.gigabytes > 0 }
    }

    private func intensity(_ result: KernelResult) -> Double { result.gigaflops / result.gigabytes }

    /// The ranges of the axes, rounded to powers of two.
    private func span(_ values: [Double]) -> ClosedRange<Double> {
        let logs = values.map { log2($0) }
        return floor(logs.min() ?? 0)...ceil(logs.max() ?? 1)
    }

    private func family(_ result: KernelResult) -> String { String(result.name.prefix { $0 != " " }) }

    var drawing: SVGDrawing {
        let ridge = roof.gigaflops / roof.copyGigabytes
        let across = span(results.map(intensity) + [ridge])
        let up = span(results.map(\.gigaflops) + [roof.gigaflops])
        let frame = Self.frame
        func x(_ log: Double) -> Double {
            frame.left + (log - across.lowerBound) / (across.upperBound - across.lowerBound)
                * (frame.right - frame.left)
        }
        func y(_ log: Double) -> Double {
            frame.bottom - (log - up.lowerBound) / (up.upperBound - up.lowerBound) * (frame.bottom - frame.top)
        }
        var drawing = SVGDrawing(width: Self.size.width, height: Self.size.height)
        drawing.text(title, x: frame.left, y: 28, size: 14)
        for tick in stride(from: across.lowerBound, through: across.upperBound, by: 1) {
            drawing.line(x: x(tick), y: frame.top, toX: x(tick), toY: frame.bottom, stroke: "#eee")
            drawing.text(Self.power(tick), x: x(tick), y: frame.bottom + 18, anchor: .middle)
        }
        for tick in stride(from: up.lowerBound, through: up.upperBound, by: 1) {
            drawing.line(x: frame.left, y: y(tick), toX: frame.right, toY: y(tick), stroke: "#eee")
            drawing.text(Self.power(tick), x: frame.left - 8, y: y(tick) + 4, anchor: .end)
        }
        drawing.text("operations per byte", x: (frame.left + frame.right) / 2, y: frame.bottom + 42, anchor: .middle)
        drawing.text("GFLOP/s", x: frame.left, y: frame.top - 8, anchor: .end)
        // The memory limit starts at the left edge, or at the bottom edge if it is below the plot there.
        let start = max(across.lowerBound, up.lowerBound - log2(roof.copyGigabytes))
        drawing.line(
            x: x(start), y: y(start + log2(roof.copyGigabytes)), toX: x(log2(ridge)), toY: y(log2(roof.gigaflops)))
        drawing.line(
            x: x(log2(ridge)), y: y(log2(roof.gigaflops)), toX: frame.right, toY: y(log2(roof.gigaflops)))
        let families = results.map(family).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        for result in results {
            let hue = families.firstIndex(of: family(result)).map { Self.hues[$0 % Self.hues.count] } ?? "black"
            let isBackward = result.name.contains(" backward ")
            drawing.circle(
                x: x(log2(intensity(result))), y: y(log2(result.gigaflops)), radius: 5,
                fill: isBackward ? hue + "66" : hue,
                title: "\(result.name): \(Output.number(result.gigaflops)) GFLOP/s, "
                    + "\(Output.number(intensity(result))) operations per byte, "
                    + "\(Output.number(100 * result.roofShare)) % of the roof")
        }
        for (row, name) in families.enumerated() {
            let place = frame.top + 12 + 20 * Double(row)
            drawing.circle(x: frame.right + 20, y: place - 4, radius: 5, fill: Self.hues[row % Self.hues.count])
            drawing.text(name, x: frame.right + 32, y: place)
        }
        return drawing
    }

    private static func power(_ log: Double) -> String {
        log >= 0 ? "\(1 << Int(log))" : "1/\(1 << Int(-log))"
    }
}
