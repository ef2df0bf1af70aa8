import OssicleKernels

/// A recorder of operations.
///
/// A model calls its layers once, before training. The layers record their operations in the graph. A ``Program`` then
/// plans the memory of the recorded operations and runs them.
public final class Graph {
    package let parameters: ParameterStore
    /// Whether a backward pass will follow. Operations declare gradients only in this case.
    public let training: Bool
    /// The storage format of raw outputs that will be normalized.
    let rawFormat: StorageFormat
    private(set) var shapes: [[Int]] = []
    private(set) var formats: [StorageFormat] = []
    package private(set) var operations: [any Operation] = []
    /// For each operation, whether it runs in the forward pass only.
    private(set) var isForwardOnly: [Bool] = []
    /// Whether operations that are recorded now read the averages of parameters. Such operations run forward only.
    private var readsAverages = false
    /// Whether any operation reads averages. If so, the parameter store must keep them.
    package private(set) var usesAverages = false
    private var gradients: [Value: Value] = [:]
    /// Values that use the memory of another value: alias → owner.
    private(set) var aliases: [Value: Value] = [:]
    /// Inputs that a training step fills from the batch, in the order of the calls of `feed(_:_:)`.
    package private(set) var feeds: [(feed: Feed, value: Value)] = []
    /// Values that keep their memory for the whole run: inputs and results.
    private(set) var pinned: Set<Value> = []

    package init(parameters: ParameterStore, training: Bool, rawFormat: StorageFormat) {
        self.parameters = parameters
        self.training = training
        self.rawFormat = rawFormat
    }

    /// Creates a graph whose parameters are declared in `parameters` when they are first recorded.
    /// - Parameters:
    ///   - parameters: the store of the parameters. Several graphs can share it.
    ///   - training: whether a backward pass will follow.
    public convenience init(parameters: ParameterStore, training: Bool) {
        self.init(parameters: parameters, training: training, rawFormat: .float32)
    }

    /// Declares a tensor of floats, for example an output of the operation that is being initialized.
    public func value(_ shape: [Int]) -> Value { value(shape, .float32) }

    /// Declares a tensor. It has no memory until a program is made.
    func value(_ shape: [Int], _ format: StorageFormat) -> Value {
        precondition(shape.allSatisfy { $0 > 0 }, "an empty tensor")
        shapes.append(shape)
        formats.append(format)
        return Value(id: shapes.count - 1)
    }

    /// Declares a tensor that the caller fills before every run, or reads after every run.
    public func pinnedValue(_ shape: [Int]) -> Value {
        let result = value(shape)
        pinned.insert(result)
        return result
    }

    /// Declares an input that every training step fills from its batch.
    public func feed(_ feed: Feed, _ shape: [Int]) -> Value {
        let value = pinnedValue(shape)
        feeds.append((feed, value))
        return value
    }

    /// Keeps `value` until the end of the run, so that the caller can read it.
    public func pin(_ value: Value) { pinned.insert(value) }

    public func shape(_ value: Value) -> [Int] { shapes[value.id] }
    package func format(_ value: Value) -> StorageFormat { formats[value.id] }

    /// The gradient of `value`. It is declared at the first call.
    ///
    /// If the reader of `value` normalizes it, this is the gradient of the *normalized* value. The convolution that
    /// wrote `value` converts it to the gradient of the raw value.
    public func gradient(_ value: Value) -> Value {
        if let known = gradients[value] { return known }
        let result = self.value(shape(value))
        gradients[value] = result
        return result
    }

    /// Makes `alias` use the memory of `owner`. The operation that calls this function is responsible for the order of
    /// reads and writes.
    func alias(_ alias: Value, to owner: Value) {
        precondition(
            shape(alias) == shape(owner) && format(alias) == format(owner) && aliases[alias] == nil,
            "values of one shape, once")
        aliases[alias] = owner
    }

    /// The value whose memory `value` uses: `value` itself if it is not an alias.
    package func owner(_ value: Value) -> Value {
        var current = value
        while let next = aliases[current] { current = next }
        return current
    }

    /// Appends an operation to the program.
    public func record(_ operation: some Operation) {
        operations.append(operation)
        isForwardOnly.append(readsAverages)
    }

    /// Declares a parameter, or returns the existing parameter with this name. Within ``withAverages(_:)``, it returns
    /// the running average of the parameter.
    /// - Parameters:
    ///   - name: the name in checkpoints.
    ///   - shape: the shape in checkpoints, as in PyTorch.
    ///   - initializer: the distribution of the initial values.
    ///   - layout: the order of the values in memory.
    ///   - isTrained: false for a running statistic, which has no gradient.
    public func parameter(
        _ name: String, _ shape: [Int], _ initializer: Initializer, layout: ParameterLayout = .plain,
        isTrained: Bool = true
    ) -> Parameter {
        let parameter = parameters.parameter(name, shape, initializer, layout: layout, isTrained: isTrained)
        return readsAverages ? parameter.average : parameter
    }

    /// Records operations that read the running averages of their parameters instead of the parameters, for example a
    /// momentum teacher.
    ///
    /// The same layers can be recorded twice: once with the parameters and once with the averages. The operations that
    /// `body` records run forward only, so no gradient reaches their inputs or their parameters. Batch norm uses the
    /// statistics of the batch and does not change the running statistics.
    ///
    /// The recipe key `optimizer.average` is the decay of the averages.
    /// *Reference:* Grill et al., "Bootstrap your own latent", NeurIPS 2020.
    public func withAverages<Result>(_ body: () -> Result) -> Result {
        precondition(training && !readsAverages, "averages are read in training, and not twice")
        (readsAverages, usesAverages) = (true, true)
        defer { readsAverages = false }
        return body()
    }

    /// The same values without a gradient (stop-gradient). An operation that reads the result does not train the
    /// operations that compute `value`.
    public func constant(_ value: Value) -> Value {
        let stop = StopGradient(self, value)
        record(stop)
        return stop.output
    }
}
