import OssicleGraph

/// g = tanh(LayerNorm(Dense(h))): what the objective compares; discarded after pretraining.
///
/// *Reference:* Saeed et al., ICASSP 2021, §2.
struct ProjectionHead {
    let width: Int
    /// LayerNorm and tanh; without them the dense layer alone.
    let normalizes: Bool

    /// - Parameter h: (views, dimension). Returns (views, width).
    func callAsFunction(_ graph: Graph, _ h: Value) -> Value {
        let dense = Dense(name: "projection.dense", outputs: width)(graph, h)
        guard normalizes else { return dense }
        return graph.layerNormalized("projection.norm", dense, tanh: true)
    }
}

/// g = Dense(tanh(LayerNorm(h))): the heads of multi-strategy pretraining, each with its own norm.
///
/// *Reference:* Kuroyanagi, Komatsu, ICASSP 2022, §2.
struct TaskHead {
    let name: String
    let width: Int
    var hasBias = false

    /// - Parameter h: (rows, dimension). Returns (rows, width).
    func callAsFunction(_ graph: Graph, _ h: Value) -> Value {
        let norm = graph.layerNormalized(name + ".norm", h, tanh: true)
        return Dense(name: name + ".dense", outputs: width, hasBias: hasBias)(graph, norm)
    }
}
