import OssicleKernels

/// Hands a value on without its gradient: the output has the input's memory, and a gradient of its own that nobody reads.
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

    /// Where nothing else reads the input, its gradient is zero.
    func backward(_ run: borrowing Run) {
        guard let dx, run.beta(self, dx) == 0 else { return }
        run(dx).fill(0)
    }
}
