import OssicleKernels

/// A recorder of operations. A model calls its layers once, before the training; they record operations. A ``Program`` plans the
/// memory of what was recorded, and runs it.
public final class Graph {
    package let parameters: ParameterStore
    /// Whether a backward pass will follow: an operation declares gradients only then.
    public let training: Bool
    /// How raw outputs that will be normalised are kept.
    let rawFormat: StorageFormat
    private(set) var shapes: [[Int]] = []
    private(set) var formats: [StorageFormat] = []
    package private(set) var operations: [any Operation] = []
    /// Of each operation: whether it runs forward only.
    private(set) var isForwardOnly: [Bool] = []
    /// Whether operations that are recorded now read the averages of parameters, and run forward only.
    private var readsAverages = false
    /// Whether any operation reads averages: the store must keep them.
    package private(set) var usesAverages = false
    private var gradients: [Value: Value] = [:]
    /// Values that share memory: alias → owner.
    private(set) var aliases: [Value: Value] = [:]
    /// Inputs that a training step fills from the batch, in the order in which they were asked for.
    package private(set) var feeds: [(feed: Feed, value: Value)] = []
    /// Values that outlive the run: inputs and results.
    private(set) var pinned: Set<Value> = []

    package init(parameters: ParameterStore, training: Bool, rawFormat: StorageFormat) {
        self.parameters = parameters
        self.training = training
        self.rawFormat = rawFormat
    }

    /// A graph whose parameters are those of `parameters`: they are declared when they are recorded first.
    public convenience init(parameters: ParameterStore, training: Bool) {
        self.init(parameters: parameters, training: training, rawFormat: .float32)
    }

    /// Declares a tensor of floats, an output of the operation that is being made.
    public func value(_ shape: [Int]) -> Value { value(shape, .float32) }

    /// A new tensor, without memory yet.
    func value(_ shape: [Int], _ format: StorageFormat) -> Value {
        precondition(shape.allSatisfy { $0 > 0 }, "an empty tensor")
        shapes.append(shape)
        formats.append(format)
        return Value(id: shapes.count - 1)
    }

    /// A tensor that the caller fills before, or reads after, every run.
    public func pinnedValue(_ shape: [Int]) -> Value {
        let result = value(shape)
        pinned.insert(result)
        return result
    }

    /// An input that every training step fills from its batch.
    public func feed(_ feed: Feed, _ shape: [Int]) -> Value {
        let value = pinnedValue(shape)
        feeds.append((feed, value))
        return value
    }

    /// Keeps `value` to the end of the run, so that it can be read then.
    public func pin(_ value: Value) { pinned.insert(value) }

    public func shape(_ value: Value) -> [Int] { shapes[value.id] }
    package func format(_ value: Value) -> StorageFormat { formats[value.id] }

    /// The gradient of `value`. For a tensor that is normalised by its reader it holds the gradient of the *normalised*
    /// value; the convolution that made it turns that into its own.
    public func gradient(_ value: Value) -> Value {
        if let known = gradients[value] { return known }
        let result = self.value(shape(value))
        gradients[value] = result
        return result
    }

    /// Lets `alias` live in `owner`'s memory. The recording operation answers for the order of reads and writes.
    func alias(_ alias: Value, to owner: Value) {
        precondition(
            shape(alias) == shape(owner) && format(alias) == format(owner) && aliases[alias] == nil,
            "values of one shape, once")
        aliases[alias] = owner
    }

    func owner(_ value: Value) -> Value {
        var current = value
        while let next = aliases[current] { current = next }
        return current
    }

    /// Appends an operation to the program.
    public func record(_ operation: some Operation) {
        operations.append(operation)
        isForwardOnly.append(readsAverages)
    }

    /// Declares a parameter, or finds the one of that name; within ``withAverages(_:)``, its running average.
    public func parameter(
        _ name: String, _ shape: [Int], _ initializer: Initializer, layout: ParameterLayout = .plain,
        isTrained: Bool = true
    ) -> Parameter {
        let parameter = parameters.parameter(name, shape, initializer, layout: layout, isTrained: isTrained)
        return readsAverages ? parameter.average : parameter
    }

    /// Records operations that read the running averages of their parameters instead of the parameters (a momentum teacher):
    /// the same layers can be recorded once with the parameters and once with the averages. They run forward only: no gradient
    /// reaches their inputs or their parameters. Batch norm takes the statistics of the batch and leaves the running ones as
    /// they are.
    ///
    /// `optimizer.average` is the decay of the averages.
    /// *Reference:* Grill et al., "Bootstrap your own latent", NeurIPS 2020.
    public func withAverages<Result>(_ body: () -> Result) -> Result {
        precondition(training && !readsAverages, "averages are read in training, and not twice")
        (readsAverages, usesAverages) = (true, true)
        defer { readsAverages = false }
        return body()
    }

    /// The same values without a gradient: what reads the result does not train what made `value` (stop-gradient).
    public func constant(_ value: Value) -> Value {
        let stop = StopGradient(self, value)
        record(stop)
        return stop.output
    }
}
