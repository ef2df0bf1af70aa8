import OssicleKernels

/// An operation that returns its input without a gradient. The output uses the memory of the input. The output's
/// gradient is a separate tensor, which no operation reads.
final class StopGradient: Operation {
    let name = "stop-gradient"
    let output: Value
    private let dx: Value?

    init(_ graph: Graph, _ input: Value) {
        output = graph.value(graph.shape(input), graph.format(input))
        graph.alias(output, to: input)
        dx = graph.training ? graph.gradient(input) : nil
    }

    var forwardAccess: [Value] { [output] }
    var backwardAccess: [Value] { contributions }
    var contributions: [Value] { [dx].compactMap { $0 } }

    func forward(_ run: borrowing Run) {}

    /// Stores zeros if no other operation has written the gradient of the input yet.
    func backward(_ run: borrowing Run) {
        guard let dx, run.beta(self, dx) == 0 else { return }
        run(dx).fill(0)
    }
}
