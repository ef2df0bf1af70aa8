import OssicleGraph
import OssicleKernels
import OssicleModels

/// What a recipe's optimizer does to the parameters after a backward pass. Everything is allocated in `init`.
protocol Optimizer {
    /// What its moments are called in a checkpoint, the first and then the second; as many as it keeps.
    var moments: [String] { get }
    /// - Parameter step: from 0.
    func update(_ execution: Execution, step: Int, learningRate: Double)
}

/// Neighbours in the arenas that are updated alike. Weight decay is for matrices and kernels: shrinking the one-dimensional
/// parameters, biases and the scales and shifts of norms, only takes the norm's freedom away.
struct ParameterRun {
    let weights: Buffer
    let gradients: Buffer
    let firstMoments: Buffer
    let secondMoments: Buffer
    let isDecayed: Bool

    /// - Parameter joins: whether equally decayed neighbours are one run, or every tensor is its own.
    static func all(of store: ParameterStore, decaysAll: Bool, joins: Bool) -> [ParameterRun] {
        var ranges: [(range: Range<Int>, isDecayed: Bool)] = []
        for parameter in store.all {
            let entry = store.entry(parameter)
            guard entry.isTrained else { continue }
            let isDecayed = decaysAll || entry.shape.count > 1
            let range = entry.offset..<entry.offset + entry.count
            if joins, let last = ranges.last, last.isDecayed == isDecayed {
                ranges[ranges.count - 1].range = last.range.lowerBound..<range.upperBound
            } else {
                ranges.append((range, isDecayed))
            }
        }
        let flat = store.flat
        return ranges.map { range, isDecayed in
            func part(_ buffer: Buffer) -> Buffer { buffer.slice(range.lowerBound, range.count) }
            return ParameterRun(
                weights: part(flat.weights), gradients: part(flat.gradients), firstMoments: part(flat.firstMoments),
                secondMoments: part(flat.secondMoments), isDecayed: isDecayed)
        }
    }
}

/// Adam, and with weight decay AdamW (decoupled). *Reference:* Kingma, Ba, ICLR 2015; Loshchilov, Hutter, ICLR 2019.
struct Adam: Optimizer {
    let moments = ["adam.m", "adam.v"]
    private let section: OptimizerSection
    private let runs: [ParameterRun]

    init(_ section: OptimizerSection, _ store: ParameterStore) {
        self.section = section
        // Without decay all are alike.
        runs = ParameterRun.all(of: store, decaysAll: section.decaysAll || section.weightDecay == 0, joins: true)
    }

    func update(_ execution: Execution, step: Int, learningRate: Double) {
        // By index, here and below: unoptimised, an iterator allocates a box for every element.
        for index in 0..<runs.count {
            let run = runs[index]
            AdamKernel.step(
                execution, learningRate: learningRate, beta1: section.beta1, beta2: section.beta2,
                epsilon: section.epsilon, weightDecay: run.isDecayed ? section.weightDecay : 0, step: step + 1,
                gradients: run.gradients, firstMoments: run.firstMoments, secondMoments: run.secondMoments,
                weights: run.weights)
        }
    }
}

/// Gradient descent with momentum; as LARS each tensor's gradient is first scaled to the tensor's own size:
///
///     trust = coefficient · ‖w‖ / (‖g‖ + decay · ‖w‖)        (1 where either norm is 0, and for what is not decayed)
///
/// *Reference:* You, Gitman, Ginsburg, "Large batch training of convolutional networks", 2017; one-dimensional parameters are
/// left out as in Chen et al., "A simple framework for contrastive learning", ICML 2020.
struct MomentumDescent: Optimizer {
    let moments = ["sgd.m"]
    private let section: OptimizerSection
    private let runs: [ParameterRun]
    private let adapts: Bool
    private let workspace: Workspace

    private final class Workspace {
        let arena: Arena
        init(bytes: Int) throws(MemoryError) { arena = try Arena(bytes: bytes) }
        var buffer: Buffer { arena.buffer(at: 0, count: arena.bytes / 4) }
    }

    /// - Parameter adapts: LARS.
    init(_ section: OptimizerSection, _ store: ParameterStore, adapts: Bool) throws(MemoryError) {
        self.section = section
        self.adapts = adapts
        runs = ParameterRun.all(of: store, decaysAll: section.decaysAll, joins: !adapts)
        workspace = try Workspace(
            bytes: NormKernel.workspaceBytes(runs.map(\.weights.count).max() ?? 0))
    }

    func update(_ execution: Execution, step: Int, learningRate: Double) {
        for index in 0..<runs.count {
            let run = runs[index]
            let decay = run.isDecayed ? section.weightDecay : 0
            SGDKernel.step(
                execution, learningRate: learningRate, momentum: section.momentum, weightDecay: decay,
                trust: adapts && run.isDecayed ? trust(execution, run, decay) : 1, gradients: run.gradients,
                moments: run.firstMoments, weights: run.weights)
        }
    }

    private func trust(_ execution: Execution, _ run: ParameterRun, _ decay: Double) -> Double {
        let weights = NormKernel.norm(execution, run.weights, workspace: workspace.buffer)
        let gradients = NormKernel.norm(execution, run.gradients, workspace: workspace.buffer)
        return weights > 0 && gradients > 0 ? section.trust * weights / (gradients + decay * weights) : 1
    }
}

extension OptimizerSection {
    /// - Parameter store: with its memory.
    func optimizer(of store: ParameterStore) throws(MemoryError) -> any Optimizer {
        switch name {
        case .adam: Adam(self, store)
        case .sgd: try MomentumDescent(self, store, adapts: false)
        case .lars: try MomentumDescent(self, store, adapts: true)
        }
    }
}
