import OssicleGraph

/// The heads of CLAR. They read h, the encoder's vectors of all views. FC is a dense layer, and BN is batch norm.
///
/// - Without labels: FC BN ReLU, FC BN ReLU, FC (no bias) = z. NT-Xent reads z/‖z‖.
/// - Supervised baseline: FC BN ReLU, FC BN ReLU, and FC as the classifier.
/// - With labels: FC BN ReLU, FC = z. NT-Xent reads z/‖z‖, and a classifier BN ReLU FC reads z.
///
/// *Reference:* Al-Tahan, Mohsenzadeh, AISTATS 2021, §2.
struct CLARHead {
    /// The width of the hidden layers.
    let hidden: Int
    /// The width of z.
    let width: Int

    /// The head without labels.
    /// - Parameter h: (views, dimension).
    /// - Returns: z, (views, width).
    func selfSupervised(_ graph: Graph, _ h: Value) -> Value {
        Dense(name: "projection.2", outputs: width, hasBias: false)(
            graph, Self.trunk(graph, h, hidden: hidden))
    }

    /// The hidden layers without the last dense layer. In CLAR's supervised baseline, they precede the classifier.
    static func trunk(_ graph: Graph, _ h: Value, hidden: Int) -> Value {
        layer(graph, "projection.1", layer(graph, "projection.0", h, hidden: hidden), hidden: hidden)
    }

    /// The heads with labels.
    /// - Parameter h: (views, dimension).
    /// - Returns: z, (views, width), and the logits, (views, classes).
    func labelled(_ graph: Graph, _ h: Value, classes: Int) -> (z: Value, logits: Value) {
        let first = Self.layer(graph, "projection.0", h, hidden: hidden)
        let z = Dense(name: "projection.1", outputs: width)(graph, first)
        let norm = graph.batchNormalized("classifier.norm", z)
        return (z, Dense(name: "classifier", outputs: classes)(graph, norm))
    }

    private static func layer(_ graph: Graph, _ name: String, _ input: Value, hidden: Int) -> Value {
        // Batch norm adds a shift, so the dense layer needs no bias.
        let dense = Dense(name: name, outputs: hidden, hasBias: false)(graph, input)
        return graph.batchNormalized(name + ".norm", dense)
    }
}
