import OssicleGraph
import OssicleKernels

/// The early layers of an encoder in inference mode, which run one view at a time. Each thread runs all early layers on
/// its view, so that only the feature maps that are read later leave the thread's cache. The results have the same bits
/// as those of a whole batch, because no row depends on another view.
final class EarlyLayers {
    private let graph: Graph
    private let input: Value
    private let outputs: [Value]
    /// The inputs of the other layers, in the graph of those layers: the feature maps that an embedding reads, and then
    /// the last early one.
    let maps: [EncoderMap]
    /// One program per thread.
    private var lanes: [Program] = []

    /// Records the early layers.
    /// - Parameters:
    ///   - rest: the graph of the other layers, which are recorded next.
    ///   - views: the number of views of a batch.
    /// - Returns: nil if all layers of the encoder run with a whole batch, or if a feature map that is read has a
    ///   normalization or an activation that its reader applies.
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

    /// The memory per thread in bytes.
    var bytes: Int { MemoryPlan(graph).bytes }

    func allocate(threads: Int) throws(MemoryError) {
        for _ in 0..<threads { lanes.append(try Program(graph, threads: 1)) }
    }

    /// Runs the first `count` of `views`, and copies the feature maps to the inputs of `rest`.
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
