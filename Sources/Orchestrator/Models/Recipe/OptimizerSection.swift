/// The optimizer and its settings.
public struct OptimizerSection: RecipeOptions {
    /// The name of an optimizer.
    public enum Name: String, Codable, Sendable, CaseIterable {
        /// Adam. With weight decay, it is AdamW.
        case adam
        /// Stochastic gradient descent with momentum (SGD).
        case sgd
        /// SGD with a separate learning rate for each tensor (LARS).
        case lars
    }
    /// The name of the optimizer.
    public var name: Name = .adam
    /// The learning rate after the warm-up.
    public var learningRate = 1e-4
    /// The decay of Adam's first moment.
    public var beta1 = 0.9
    /// The decay of Adam's second moment.
    public var beta2 = 0.999
    /// A constant in Adam's divisor, which prevents a division by zero.
    public var epsilon = 1e-8
    /// The momentum of `sgd` and `lars`.
    public var momentum = 0.9
    /// The weight decay. For `adam` it is decoupled (AdamW). For `sgd` and `lars` it is added to the gradient.
    public var weightDecay = 0.0
    /// Whether weight decay also applies to biases, and to the scales and shifts of norms.
    public var decaysAll = false
    /// The trust coefficient of `lars`. With a learning rate of 1, the norm of a tensor's step is this fraction of the
    /// norm of the tensor.
    public var trust = 0.001
    /// The decay of a running average of the weights, which embeddings and probes use instead of the weights. 0: no
    /// average.
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
