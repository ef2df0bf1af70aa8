import OssicleGraph
import OssicleKernels
import OssicleModels

/// An optimizer, which updates the parameters after a backward pass. All memory is allocated in `init`.
protocol Optimizer {
    /// The names of the moments in a checkpoint: of the first moment, and of the second moment if the optimizer has
    /// one.
    var moments: [String] { get }
    /// Updates all parameters.
    /// - Parameter step: the number of the step, from 0.
    func update(_ execution: Execution, step: Int, learningRate: Double)
}

/// A range of the arenas with parameters that are updated in the same way. Weight decay is applied to matrices and
/// convolution kernels. One-dimensional parameters (biases, and the scales and shifts of norms) are excluded by
/// default, because decay would only restrict the norms.
struct ParameterRun {
    let weights: Buffer
    let gradients: Buffer
    let firstMoments: Buffer
    let secondMoments: Buffer
    let isDecayed: Bool

    /// The ranges of all trained parameters.
    /// - Parameters:
    ///   - decaysAll: whether weight decay is also applied to one-dimensional parameters.
    ///   - joins: whether neighbours with the same decay are joined to one range. Otherwise each tensor has a range of
    ///     its own.
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

/// The optimizer Adam. With weight decay it is AdamW, in which the decay is decoupled from the gradient. *Reference:*
/// Kingma, Ba, ICLR 2015; Loshchilov, Hutter, ICLR 2019.
struct Adam: Optimizer {
    let moments = ["adam.m", "adam.v"]
    private let section: OptimizerSection
    private let runs: [ParameterRun]

    init(_ section: OptimizerSection, _ store: ParameterStore) {
        self.section = section
        // Without weight decay, all parameters are updated in the same way.
        runs = ParameterRun.all(of: store, decaysAll: section.decaysAll || section.weightDecay == 0, joins: true)
    }

    func update(_ execution: Execution, step: Int, learningRate: Double) {
        // This loop and the loop in MomentumDescent use an index, because in unoptimized builds an iterator allocates
        // memory for each element.
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

/// Gradient descent with momentum (SGD). For LARS, it first scales the gradient of each tensor according to the norms
/// of the tensor and of its gradient:
///
///     trust = coefficient · ‖w‖ / (‖g‖ + decay · ‖w‖)
///
/// The trust is 1 if a norm is 0, and for parameters that are excluded from weight decay.
///
/// *Reference:* You, Gitman, Ginsburg, "Large batch training of convolutional networks", 2017. One-dimensional
/// parameters are left out as in Chen et al., "A simple framework for contrastive learning", ICML 2020.
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

    /// - Parameter adapts: whether the optimizer is LARS.
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

    /// The scale of the gradient in LARS.
    private func trust(_ execution: Execution, _ run: ParameterRun, _ decay: Double) -> Double {
        let weights = NormKernel.norm(execution, run.weights, workspace: workspace.buffer)
        let gradients = NormKernel.norm(execution, run.gradients, workspace: workspace.buffer)
        return weights > 0 && gradients > 0 ? section.trust * weights / (gradients + decay * weights) : 1
    }
}

extension OptimizerSection {
    /// The optimizer that the recipe selects.
    /// - Parameter store: the parameters; their memory must be allocated.
    func optimizer(of store: ParameterStore) throws(MemoryError) -> any Optimizer {
        switch name {
        case .adam: Adam(self, store)
        case .sgd: try MomentumDescent(self, store, adapts: false)
        case .lars: try MomentumDescent(self, store, adapts: true)
        }
    }
}
