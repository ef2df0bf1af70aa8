import OssicleGraph
import OssicleKernels

/// How a contrast compares two projections: read by every contrastive method.
public struct ContrastOptions: RecipeOptions {
    public enum Similarity: String, Codable, Sendable, CaseIterable {
        case bilinear
        case cosine
    }
    public var similarity: Similarity = .bilinear
    /// Divides the cosine similarity; the bilinear one has none.
    public var temperature: Float = 0.2

    public init() {}

    public static let section = "objective"
    public static let keys: [OptionKey<ContrastOptions>] = [
        .choice("similarity", \.similarity),
        .number("temperature", \.temperature, "a number above 0") { $0 > 0 },
    ]
}

extension Recipe {
    public var contrast: ContrastOptions {
        get { self[ContrastOptions.self] }
        set { self[ContrastOptions.self] = newValue }
    }
}

extension ContrastOptions {
    /// Records COLA's contrast of anchors and positives: each anchor is to find its positive among those of the batch.
    /// - Parameters:
    ///   - projection: (views, width): the anchors of all clips, then their positives.
    ///   - batch: clips.
    ///   - weight: the factor of the loss in the sum.
    public func clipContrast(_ graph: Graph, _ projection: Value, batch: Int, weight: Float = 1) -> any Objective {
        switch similarity {
        case .bilinear:
            graph.recorded(BilinearContrast(graph, projection, batch: batch, weight: weight))
        case .cosine:
            graph.recorded(
                CosineContrast(
                    graph, graph.unit("projection.unit", projection), batch: batch, temperature: temperature,
                    weight: weight))
        }
    }
}
