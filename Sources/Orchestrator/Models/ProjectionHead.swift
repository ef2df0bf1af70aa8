import OssicleGraph

/// The projection head of COLA, g = tanh(LayerNorm(Dense(h))). The objective compares its outputs. The head is
/// discarded after pretraining.
///
/// *Reference:* Saeed et al., ICASSP 2021, §2.
struct ProjectionHead {
    let width: Int
    /// Whether LayerNorm and tanh follow the dense layer.
    let normalizes: Bool

    /// Records the head.
    /// - Parameter h: (views, dimension).
    /// - Returns: (views, width).
    func callAsFunction(_ graph: Graph, _ h: Value) -> Value {
        let dense = Dense(name: "projection.dense", outputs: width)(graph, h)
        guard normalizes else { return dense }
        return graph.layerNormalized("projection.norm", dense, tanh: true)
    }
}

/// A head of multi-strategy pretraining, g = Dense(tanh(LayerNorm(h))). Each head has a separate LayerNorm.
///
/// *Reference:* Kuroyanagi, Komatsu, ICASSP 2022, §2.
struct TaskHead {
    let name: String
    let width: Int
    var hasBias = false

    /// Records the head.
    /// - Parameter h: (rows, dimension).
    /// - Returns: (rows, width).
    func callAsFunction(_ graph: Graph, _ h: Value) -> Value {
        let norm = graph.layerNormalized(name + ".norm", h, tanh: true)
        return Dense(name: name + ".dense", outputs: width, hasBias: hasBias)(graph, norm)
    }
}
