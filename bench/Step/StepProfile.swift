import Orchestrator

/// The time of one training step by operation.
struct StepProfile: Encodable {
    struct Entry: Encodable {
        var name: String
        /// Seconds.
        var forward: Double
        var backward: Double
    }

    /// The operations in the order of the forward pass.
    var operations: [Entry]

    init(_ times: [(name: String, forward: Double, backward: Double)]) {
        operations = times.map { Entry(name: $0.name, forward: $0.forward, backward: $0.backward) }
    }

    /// Prints the operations, slowest first.
    func printTable() {
        let total = operations.reduce(0) { $0 + $1.forward + $1.backward }
        Output.row("operation", ["forward ms", "backward ms", "%"], width: 13)
        for entry in operations.sorted(by: { $0.forward + $0.backward > $1.forward + $1.backward }) {
            Output.row(
                entry.name,
                [
                    Output.number(1e3 * entry.forward, digits: 2), Output.number(1e3 * entry.backward, digits: 2),
                    Output.number(100 * (entry.forward + entry.backward) / total),
                ], width: 13)
        }
        Output.row("sum", [Output.number(1e3 * total, digits: 2)], width: 13)
    }

    /// A flame graph with three rows: the forward and backward pass, the model's stages, and the operations. Widths are
    /// proportional to times. Tooltips show names and milliseconds.
    var picture: SVGDrawing {
        let (width, height) = (1200.0, 26.0)
        let total = operations.reduce(0) { $0 + $1.forward + $1.backward }
        var drawing = SVGDrawing(width: width, height: 3 * height)
        func box(_ name: String, _ start: Double, _ time: Double, level: Int, hue: Int) {
            let (x, w) = (width * start / total, width * time / total)
            guard w > 0.2 else { return }
            let y = Double(level) * height
            drawing.rectangle(
                x: x, y: y, width: max(w - 0.5, 0.2), height: height - 1, fill: "hsl(\(hue),70%,\(70 + 6 * level)%)",
                title: "\(name): \(Output.number(1e3 * time, digits: 2)) ms")
            if w > 7 * Double(name.count) { drawing.text(name, x: x + 3, y: y + 17, size: 11) }
        }
        var start = 0.0
        for (name, pass, hue) in [
            ("forward", operations.map { ($0.name, $0.forward) }, 205),
            ("backward", operations.reversed().map { ($0.name, $0.backward) }, 25),
        ] {
            box(name, start, pass.reduce(0) { $0 + $1.1 }, level: 0, hue: hue)
            var stage = (name: "", start: start)
            for (operation, time) in pass + [("", 0)] {
                // features.3.1.block.0.0 belongs to features.3. Every other operation is a stage by itself.
                let parts = operation.split(separator: ".")
                let name = parts.first == "features" ? parts.prefix(2).joined(separator: ".") : operation
                if name != stage.name {
                    box(stage.name, stage.start, start - stage.start, level: 1, hue: hue)
                    stage = (name, start)
                }
                box(operation, start, time, level: 2, hue: hue)
                start += time
            }
        }
        return drawing
    }
}
