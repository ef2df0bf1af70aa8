public struct OptimizerSection: RecipeOptions {
    public enum Name: String, Codable, Sendable, CaseIterable {
        /// Adam; with weight decay AdamW.
        case adam
        /// Gradient descent with momentum.
        case sgd
        /// The same, with a rate of its own for each tensor.
        case lars
    }
    public var name: Name = .adam
    public var learningRate = 1e-4
    public var beta1 = 0.9
    public var beta2 = 0.999
    public var epsilon = 1e-8
    /// Of sgd and lars.
    public var momentum = 0.9
    /// Weight decay: decoupled for adam (AdamW), added to the gradient for sgd and lars.
    public var weightDecay = 0.0
    /// Whether biases and the scales and shifts of norms are decayed too.
    public var decaysAll = false
    /// Of lars: a tensor's step is this part of its own norm, at a rate of 1.
    public var trust = 0.001
    /// Decay of a running average of the weights, which embeddings and probes are then made with; 0: none.
    public var average = 0.0

    public init() {}

    public static let section = "optimizer"
    public static let keys: [OptionKey<OptimizerSection>] = [
        .choice("name", \.name),
        .number("learning_rate", \.learningRate, "a number above 0") { $0 > 0 },
        .number("beta1", \.beta1, "a number from 0 to below 1") { (0..<1).contains($0) },
        .number("beta2", \.beta2, "a number from 0 to below 1") { (0..<1).contains($0) },
        .number("epsilon", \.epsilon, "a number above 0") { $0 > 0 },
        .number("momentum", \.momentum, "a number from 0 to below 1") { (0..<1).contains($0) },
        .number("weight_decay", \.weightDecay, "a number, 0 or more") { $0 >= 0 },
        .flag("decays_all", \.decaysAll),
        .number("trust", \.trust, "a number above 0") { $0 > 0 },
        .number("average", \.average, "a number from 0 to below 1") { (0..<1).contains($0) },
    ]
}
