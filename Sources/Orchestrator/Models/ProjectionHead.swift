/// g = tanh(LayerNorm(Dense(h))): what the objective compares; discarded after pretraining.
///
/// *Reference:* Saeed et al., ICASSP 2021, §2.
struct ProjectionHead {
    let width: Int
    /// LayerNorm and tanh; without them the dense layer alone.
    let normalizes: Bool

    /// - Parameter h: (views, dimension). Returns (views, width).
    func callAsFunction(_ graph: Graph, _ h: Value) -> Value {
        let dense = Dense(name: "projection.dense", outputs: width, initializer: .glorotUniform)(graph, h)
        guard normalizes else { return dense }
        let norm = LayerNormalization(graph, "projection.norm", dense, tanh: true)
        graph.record(norm)
        return norm.output
    }
}
