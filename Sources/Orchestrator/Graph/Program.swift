import OssicleKernels

/// A recorded graph with its memory. It runs the operations forward, and backward in reverse order. No memory is
/// allocated during a run.
public final class Program {
    package let graph: Graph
    let plan: MemoryPlan
    package let execution: Execution
    let workspaceBytes: Int
    private let arena: Arena
    /// The (operation, value) pairs for which the backward pass adds to a gradient. The first writer of a gradient
    /// stores it, and all later writers add.
    private let accumulating: Set<Contribution>
    /// Whether the values are those of a forward pass that has not been followed by a backward pass.
    private var isForward = false

    struct Contribution: Hashable {
        let operation: ObjectIdentifier
        let value: Value
    }

    /// Plans and allocates the memory of all tensors.
    /// - Parameters:
    ///   - graph: a recorded graph whose parameter store is allocated.
    ///   - threads: the number of compute threads.
    /// - Throws: ``MemoryError`` if the memory of all tensors cannot be allocated.
    public init(_ graph: Graph, threads: Int) throws(MemoryError) {
        self.graph = graph
        plan = MemoryPlan(graph)
        workspaceBytes = (graph.operations.map(\.memory.workspace).max() ?? 0) + 64
        let scratch = graph.operations.map(\.memory.scratch).max() ?? 0
        execution = try Execution(threads: threads, scratchBytes: scratch)
        let aligned = (plan.bytes + 4095) / 4096 * 4096
        arena = try Arena(bytes: aligned + workspaceBytes)
        var written: Set<Value> = []
        var accumulating: Set<Contribution> = []
        for (operation, isForwardOnly) in zip(graph.operations, graph.isForwardOnly).reversed() where !isForwardOnly {
            for value in operation.contributions {
                // The memory of an aliased gradient already contains the gradient of its owner.
                if !written.insert(graph.owner(value)).inserted || graph.owner(value) != value {
                    accumulating.insert(Contribution(operation: ObjectIdentifier(operation), value: value))
                }
            }
        }
        self.accumulating = accumulating
    }

    package var arenaBytes: Int { arena.bytes }

    /// The values of a tensor. After the run, only a pinned tensor (``Graph/pin(_:)``) still has them.
    public func buffer(_ value: Value) -> Buffer {
        precondition(graph.format(value) == .float32, "a raw output is read as an operand")
        return arena.buffer(at: offset(value), count: plan.counts[value.id])
    }

    func rawBuffer(_ value: Value) -> RawBuffer {
        switch graph.format(value) {
        case .float32: .float32(buffer(value))
        case .bfloat16: .bfloat16(arena.halves(at: offset(value), count: plan.counts[value.id]))
        }
    }

    private func offset(_ value: Value) -> Int {
        let offset = plan.offsets[value.id]
        precondition(offset >= 0, "a value that no operation uses")
        return offset
    }

    var workspace: Buffer {
        arena.buffer(at: (plan.bytes + 4095) / 4096 * 4096, count: workspaceBytes / 4)
    }

    /// Whether the operation adds to this gradient instead of storing it.
    func adds(_ operation: any Operation, _ value: Value) -> Bool {
        accumulating.contains(Contribution(operation: ObjectIdentifier(operation), value: value))
    }

    /// Runs the forward pass, which computes all values and the losses.
    /// - Parameters:
    ///   - seed: the seed of the random numbers of operations (drop-connect).
    ///   - step: the number of the training step. The random numbers depend on it too.
    ///   - observe: a function that is called after every operation, for benchmarks.
    ///   - isCancelled: whether to stop. It is called before every operation.
    /// - Returns: false if it was cancelled.
    @discardableResult
    public func forward(
        seed: UInt64 = 0, step: Int = 0, observe: ((any Operation) -> Void)? = nil, isCancelled: (() -> Bool)? = nil
    ) -> Bool {
        isForward = false
        let run = Run(program: self, seed: seed, step: step)
        // Here and below, the loop is over indices: in unoptimized builds, an iterator allocates memory for every
        // element.
        for index in 0..<graph.operations.count {
            if let isCancelled, isCancelled() { return false }
            graph.operations[index].forward(run)
            observe?(graph.operations[index])
        }
        isForward = true
        return true
    }

    /// Runs the backward pass, which computes all gradients. Before each backward pass, run a forward pass with the
    /// same seed and step, because the backward pass overwrites values of the forward pass.
    /// - Parameter isCancelled: whether to stop. It is called before every operation.
    /// - Returns: false if it was cancelled.
    @discardableResult
    public func backward(
        seed: UInt64 = 0, step: Int = 0, observe: ((any Operation) -> Void)? = nil, isCancelled: (() -> Bool)? = nil
    ) -> Bool {
        precondition(graph.training, "an inference program has no backward pass")
        precondition(isForward, "each backward pass needs a forward pass before it")
        isForward = false
        let run = Run(program: self, seed: seed, step: step)
        for index in stride(from: graph.operations.count - 1, through: 0, by: -1) where !graph.isForwardOnly[index] {
            if let isCancelled, isCancelled() { return false }
            graph.operations[index].backward(run)
            observe?(graph.operations[index])
        }
        return true
    }
}

/// The access to the program that an operation has during a run.
public struct Run: ~Copyable {
    private let program: Program
    /// The seed of the random numbers of this step.
    public let seed: UInt64
    /// The number of the training step. The random numbers depend on it too.
    public let step: Int

    init(program: Program, seed: UInt64, step: Int) {
        self.program = program
        self.seed = seed
        self.step = step
    }

    /// The compute threads.
    public var execution: Execution { program.execution }
    /// Whether the program has a backward pass.
    public var training: Bool { program.graph.training }
    /// Memory that all threads share. It has at least as many bytes as the operation requests with
    /// ``Operation/memory``.
    public var workspace: Buffer { program.workspace }
    /// The values of a tensor.
    public func callAsFunction(_ value: Value) -> Buffer { program.buffer(value) }
    /// The values of a tensor; nil if `value` is nil.
    public func callAsFunction(_ value: Value?) -> Buffer? { value.map(program.buffer) }
    /// The values of a parameter.
    public func callAsFunction(_ parameter: Parameter) -> Buffer { program.graph.parameters.buffer(parameter) }
    package func raw(_ value: Value) -> RawBuffer { program.rawBuffer(value) }
    /// The gradient of a trained parameter. The backward pass stores it and does not add to it.
    public func gradient(_ parameter: Parameter) -> Buffer { program.graph.parameters.gradient(parameter) }

    /// The factor in `g = beta·g + …`, with which the backward pass writes a gradient: 0 if the operation is the first
    /// one that writes this gradient and stores it, 1 if it adds to it.
    /// - Parameters:
    ///   - operation: the operation that writes the gradient.
    ///   - value: one of the ``Operation/contributions`` of the operation.
    public func beta(_ operation: any Operation, _ value: Value) -> Float { program.adds(operation, value) ? 1 : 0 }
}
