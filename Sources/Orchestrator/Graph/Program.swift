import OssicleKernels

/// A recorded graph with its memory. Runs the operations forward, and in reverse order backward. Nothing is allocated during a run.
public final class Program {
    package let graph: Graph
    let plan: MemoryPlan
    package let execution: Execution
    let workspaceBytes: Int
    private let arena: Arena
    /// First writers of a gradient store, later ones add: (operation, value) pairs that add.
    private let accumulating: Set<Contribution>

    struct Contribution: Hashable {
        let operation: ObjectIdentifier
        let value: Value
    }

    /// - Parameter graph: with a parameter store that is allocated.
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
                // An aliased gradient already holds what its owner received.
                if !written.insert(graph.owner(value)).inserted || graph.owner(value) != value {
                    accumulating.insert(Contribution(operation: ObjectIdentifier(operation), value: value))
                }
            }
        }
        self.accumulating = accumulating
    }

    package var arenaBytes: Int { arena.bytes }

    /// The numbers of a value. Only a pinned value (``Graph/pin(_:)``) keeps them after the run.
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

    func adds(_ operation: any Operation, _ value: Value) -> Bool {
        accumulating.contains(Contribution(operation: ObjectIdentifier(operation), value: value))
    }

    /// Computes all values, and the losses.
    /// - Parameters:
    ///   - seed: of the randomness of the operations (drop-connect).
    ///   - step: number of the training step; the randomness depends on it too.
    ///   - observe: called after every operation, for the benches.
    public func forward(seed: UInt64 = 0, step: Int = 0, observe: ((any Operation) -> Void)? = nil) {
        let run = Run(program: self, seed: seed, step: step)
        // By index, here and below: unoptimised, an iterator allocates a box for every element.
        for index in 0..<graph.operations.count {
            graph.operations[index].forward(run)
            observe?(graph.operations[index])
        }
    }

    /// Computes all gradients. A forward pass with the same arguments comes first.
    public func backward(seed: UInt64 = 0, step: Int = 0, observe: ((any Operation) -> Void)? = nil) {
        precondition(graph.training, "an inference program has no backward pass")
        let run = Run(program: self, seed: seed, step: step)
        for index in stride(from: graph.operations.count - 1, through: 0, by: -1) where !graph.isForwardOnly[index] {
            graph.operations[index].backward(run)
            observe?(graph.operations[index])
        }
    }
}

/// What an operation sees of the program while it runs.
public struct Run: ~Copyable {
    private let program: Program
    /// Seed and number of this step: the keys of its randomness.
    public let seed: UInt64
    public let step: Int

    init(program: Program, seed: UInt64, step: Int) {
        self.program = program
        self.seed = seed
        self.step = step
    }

    /// The compute threads.
    public var execution: Execution { program.execution }
    public var training: Bool { program.graph.training }
    /// Memory that the threads share, of at least as many bytes as the operation's ``Operation/memory`` asks for.
    public var workspace: Buffer { program.workspace }
    /// The numbers of a value.
    public func callAsFunction(_ value: Value) -> Buffer { program.buffer(value) }
    public func callAsFunction(_ value: Value?) -> Buffer? { value.map(program.buffer) }
    /// The numbers of a parameter.
    public func callAsFunction(_ parameter: Parameter) -> Buffer { program.graph.parameters.buffer(parameter) }
    package func raw(_ value: Value) -> RawBuffer { program.rawBuffer(value) }
    /// The gradient of a trained parameter; the backward pass stores it.
    public func gradient(_ parameter: Parameter) -> Buffer { program.graph.parameters.gradient(parameter) }

    /// 0 if the operation is the first to write this gradient and stores it, 1 if it adds to it: `g = beta·g + …`. The value is one
    /// of the operation's ``Operation/contributions``.
    public func beta(_ operation: any Operation, _ value: Value) -> Float { program.adds(operation, value) ? 1 : 0 }
}
