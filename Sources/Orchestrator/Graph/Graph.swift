import OssicleKernels

/// The recorder: models call layers, layers record leaves, once, at start-up.
public final class Graph {
    package let parameters: ParameterStore
    /// Record what only training needs (statistics, gradients)?
    package let training: Bool
    /// How raw outputs that will be normalised are kept.
    let rawFormat: StorageFormat
    private(set) var shapes: [[Int]] = []
    private(set) var formats: [StorageFormat] = []
    package private(set) var operations: [any Operation] = []
    private var gradients: [Value: Value] = [:]
    /// Values that share memory: alias → owner.
    private(set) var aliases: [Value: Value] = [:]
    /// Values that outlive the run: inputs and results.
    private(set) var pinned: Set<Value> = []

    package init(parameters: ParameterStore, training: Bool, rawFormat: StorageFormat = .float32) {
        self.parameters = parameters
        self.training = training
        self.rawFormat = rawFormat
    }

    /// A new tensor, without memory yet.
    func value(_ shape: [Int], _ format: StorageFormat = .float32) -> Value {
        precondition(shape.allSatisfy { $0 > 0 }, "an empty tensor")
        shapes.append(shape)
        formats.append(format)
        return Value(id: shapes.count - 1)
    }

    /// A tensor that the caller fills before, or reads after, every run.
    package func pinnedValue(_ shape: [Int]) -> Value {
        let result = value(shape)
        pinned.insert(result)
        return result
    }

    package func pin(_ value: Value) { pinned.insert(value) }

    package func shape(_ value: Value) -> [Int] { shapes[value.id] }
    func format(_ value: Value) -> StorageFormat { formats[value.id] }

    /// The gradient of `value`. For a tensor that is normalised by its reader it holds the gradient of the *normalised*
    /// value; the convolution that made it turns that into its own (``Normalization``).
    func gradient(_ value: Value) -> Value {
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

    package func record(_ operation: some Operation) { operations.append(operation) }
}
