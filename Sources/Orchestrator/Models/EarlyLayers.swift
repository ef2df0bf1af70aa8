import OssicleGraph
import OssicleKernels

/// An encoder's early layers in inference mode, view by view: every thread takes a view of its own through all of them, so
/// that nothing but the maps that are read later leaves its cache. The same bits as with a whole batch, for no row reads
/// another view's.
final class EarlyLayers {
    private let graph: Graph
    private let input: Value
    private let outputs: [Value]
    /// What the other layers begin with, in their graph: the last map, behind those that an embedding reads.
    let maps: [EncoderMap]
    private var lanes: [Program] = []

    /// - Parameter rest: the graph of the other layers, which is recorded next.
    /// - Returns: nil where the encoder's layers are run a batch at a time, or where a map is read that is not stored as it
    ///   is read (normalised or activated on the way).
    init?(_ builder: ModelBuilder, reading embedding: Embedding, before rest: Graph, views: Int) {
        let read = Set(embedding.maps.map(\.name))
        graph = Graph(parameters: rest.parameters, training: false)
        input = builder.input(graph, views: 1)
        guard let all = builder.earlyMaps(graph, input) else { return nil }
        let kept = all.dropLast().filter { read.contains($0.name) } + all.suffix(1)
        guard kept.allSatisfy({ $0.feature.normalization == nil && $0.feature.activation == .identity }) else {
            return nil
        }
        outputs = kept.map(\.feature.raw)
        for output in outputs { graph.pin(output) }
        maps = kept.map { map in
            var feature = map.feature
            feature.images = views
            feature.raw = rest.pinnedValue(feature.shape)
            return EncoderMap(name: map.name, feature: feature)
        }
    }

    /// Bytes a thread.
    var bytes: Int { MemoryPlan(graph).bytes }

    func allocate(threads: Int) throws(MemoryError) {
        for _ in 0..<threads { lanes.append(try Program(graph, threads: 1)) }
    }

    /// The first `count` of `views` to the first maps of `rest`.
    func run(_ rest: Program, views: Buffer, count: Int) {
        let targets = maps.map { rest.buffer($0.feature.raw) }
        rest.execution.forEach(count) { view, lane in
            let program = lanes[lane]
            let from = program.buffer(input)
            from.copy(from: views.slice(view * from.count, from.count))
            program.forward()
            for (output, target) in zip(outputs, targets) {
                let to = program.buffer(output)
                target.slice(view * to.count, to.count).copy(from: to)
            }
        }
    }
}
