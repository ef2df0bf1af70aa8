/// An encoder's early layers in inference mode, view by view: every thread takes a view of its own through all of them, so
/// that nothing but the last map leaves its cache. The same bits as with a whole batch, for no row reads another view's.
final class EarlyLayers {
    private let graph: Graph
    private let input: Value
    private let output: Feature
    private var lanes: [Program] = []

    /// - Returns: nil where the encoder's layers are run a batch at a time.
    init?(_ builder: ModelBuilder, parameters: ParameterStore) {
        graph = Graph(parameters: parameters, training: false)
        input = builder.input(graph, views: 1)
        guard let output = builder.early(graph, input) else { return nil }
        graph.pin(output.raw)
        self.output = output
    }

    /// What the other layers begin with, in their graph.
    func record(_ graph: Graph, views: Int) -> Feature {
        var feature = output
        feature.images = views
        feature.raw = graph.pinnedValue(feature.shape)
        return feature
    }

    /// Bytes a thread.
    var bytes: Int { MemoryPlan(graph).bytes }

    func allocate(threads: Int) throws(MemoryError) {
        for _ in 0..<threads { lanes.append(try Program(graph, threads: 1)) }
    }

    /// The first `count` of `views` to the first maps of `maps`.
    func run(_ execution: Execution, views: Buffer, count: Int, maps: Buffer) {
        execution.forEach(count) { view, lane in
            let program = lanes[lane]
            let (from, to) = (program.buffer(input), program.buffer(output.raw))
            from.copy(from: views.slice(view * from.count, from.count))
            program.forward()
            maps.slice(view * to.count, to.count).copy(from: to)
        }
    }
}
