import OssicleGraph

/// The heads of CLAR, over h of all views:
///
/// without labels   FC BN ReLU, FC BN ReLU, FC (no bias) = z;   NT-Xent on z/‖z‖
/// supervised       FC BN ReLU, FC BN ReLU, FC, a classifier
/// with labels      FC BN ReLU, FC = z;   NT-Xent on z/‖z‖, and a classifier BN ReLU FC on z
///
/// *Reference:* Al-Tahan, Mohsenzadeh, AISTATS 2021, §2.
struct CLARHead {
    /// Of the hidden layers, and of z.
    let hidden: Int
    let width: Int

    /// - Parameter h: (views, dimension). Returns (views, width).
    func selfSupervised(_ graph: Graph, _ h: Value) -> Value {
        Dense(name: "projection.2", outputs: width, hasBias: false)(
            graph, Self.trunk(graph, h, hidden: hidden))
    }

    /// The hidden layers alone, which CLAR's supervised baseline has before its classifier.
    static func trunk(_ graph: Graph, _ h: Value, hidden: Int) -> Value {
        layer(graph, "projection.1", layer(graph, "projection.0", h, hidden: hidden), hidden: hidden)
    }

    /// - Parameter h: (views, dimension). Returns z (views, width) and logits (views, classes).
    func labelled(_ graph: Graph, _ h: Value, classes: Int) -> (z: Value, logits: Value) {
        let first = Self.layer(graph, "projection.0", h, hidden: hidden)
        let z = Dense(name: "projection.1", outputs: width)(graph, first)
        let norm = graph.batchNormalized("classifier.norm", z)
        return (z, Dense(name: "classifier", outputs: classes)(graph, norm))
    }

    private static func layer(_ graph: Graph, _ name: String, _ input: Value, hidden: Int) -> Value {
        // The norm has a shift of its own.
        let dense = Dense(name: name, outputs: hidden, hasBias: false)(graph, input)
        return graph.batchNormalized(name + ".norm", dense)
    }
}
