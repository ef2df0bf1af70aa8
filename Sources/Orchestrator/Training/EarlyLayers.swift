/// An encoder's early layers in inference mode, view by view: every thread takes a view of its own through all of them, so
/// that nothing but the last map leaves its cache. The same bits as with a whole batch, for no row reads another view's.
final class EarlyLayers {
    private let graph: Graph
    private let input: Value
    private let output: Value
    /// What the other layers begin with, in their graph.
    let maps: Feature
    private var lanes: [Program] = []

    /// - Parameter rest: the graph of the other layers, which is recorded next.
    /// - Returns: nil where the encoder's layers are run a batch at a time.
    init?(_ builder: ModelBuilder, before rest: Graph, views: Int) {
        graph = Graph(parameters: rest.parameters, training: false)
        input = builder.input(graph, views: 1)
        guard var feature = builder.early(graph, input) else { return nil }
        output = feature.raw
        graph.pin(output)
        feature.images = views
        feature.raw = rest.pinnedValue(feature.shape)
        maps = feature
    }

    /// Bytes a thread.
    var bytes: Int { MemoryPlan(graph).bytes }

    func allocate(threads: Int) throws(MemoryError) {
        for _ in 0..<threads { lanes.append(try Program(graph, threads: 1)) }
    }

    /// The first `count` of `views` to the first maps of `rest`.
    func run(_ rest: Program, views: Buffer, count: Int) {
        let maps = rest.buffer(maps.raw)
        rest.execution.forEach(count) { view, lane in
            let program = lanes[lane]
            let (from, to) = (program.buffer(input), program.buffer(output))
            from.copy(from: views.slice(view * from.count, from.count))
            program.forward()
            maps.slice(view * to.count, to.count).copy(from: to)
        }
    }
}
