import OssicleBase
import OssicleKernels

/// An identifier of a tensor in a ``ParameterStore``: a trained tensor, or a running statistic that is not trained.
public struct Parameter: Hashable, Sendable {
    let index: Int
    /// Whether it identifies the running average of the tensor.
    private(set) var isAverage = false

    init(index: Int) { self.index = index }

    var average: Parameter {
        var average = self
        average.isAverage = true
        return average
    }
}

/// The order of a parameter's values in memory. Files have the order of PyTorch.
public enum ParameterLayout: Sendable {
    /// The order in memory is the order in files.
    case plain
    /// The order is (out, in, k…) in files and (k…, in, out) in memory. Dense convolutions use it, and depthwise
    /// convolutions, for which in = 1.
    case kernelFirst
}

/// A store of all parameters, in one flat arena per role (weights, gradients, moments, running statistics, averages).
///
/// The optimizer therefore updates all weights in one pass, and a checkpoint is a list of slices. Names and shapes are
/// those of PyTorch (of torchvision for the encoders), so that checkpoints can be exchanged with it.
public final class ParameterStore {
    /// The properties of one parameter.
    package struct Entry {
        package let name: String
        /// The shape in files.
        package let shape: [Int]
        package let layout: ParameterLayout
        package let isTrained: Bool
        let initializer: Initializer
        /// The number of values.
        package let count: Int
        /// The position of the first value in its arena, in floats.
        package var offset = 0
    }

    package private(set) var entries: [Entry] = []
    private var byName: [String: Parameter] = [:]
    private var trainedFloats = 0
    private var stateFloats = 0
    private var memory: Memory?

    private final class Memory {
        let trained: Arena
        let gradients: Arena
        let firstMoments: Arena
        let secondMoments: Arena
        let state: Arena
        let averages: Arena
        let stateAverages: Arena
        init(trained: Int, state: Int, training: Bool, averages hasAverages: Bool) throws(MemoryError) {
            averages = try Arena(bytes: hasAverages ? trained * 4 : 0)
            stateAverages = try Arena(bytes: hasAverages ? state * 4 : 0)
            self.trained = try Arena(bytes: trained * 4)
            gradients = try Arena(bytes: training ? trained * 4 : 0)
            firstMoments = try Arena(bytes: training ? trained * 4 : 0)
            secondMoments = try Arena(bytes: training ? trained * 4 : 0)
            self.state = try Arena(bytes: state * 4)
        }
    }

    /// Creates a store without parameters.
    public init() {}

    /// Declares a parameter, or returns the existing parameter with this name, since several graphs share a store.
    package func parameter(
        _ name: String, _ shape: [Int], _ initializer: Initializer, layout: ParameterLayout = .plain,
        isTrained: Bool = true
    ) -> Parameter {
        if let known = byName[name] {
            let entry = entries[known.index]
            precondition(
                entry.shape == shape && entry.layout == layout && entry.isTrained == isTrained,
                "\(name) is declared in two ways")
            return known
        }
        precondition(memory == nil, "\(name) is declared after the memory was laid out")
        var entry = Entry(
            name: name, shape: shape, layout: layout, isTrained: isTrained, initializer: initializer,
            count: shape.reduce(1, *))
        let padded = (entry.count + 15) / 16 * 16
        if isTrained {
            entry.offset = trainedFloats
            trainedFloats += padded
        } else {
            entry.offset = stateFloats
            stateFloats += padded
        }
        entries.append(entry)
        let result = Parameter(index: entries.count - 1)
        byName[name] = result
        return result
    }

    /// Allocates the memory of every declared parameter, and draws the initial values from `seed`. Call it once, after
    /// all graphs have been recorded.
    /// - Parameters:
    ///   - training: whether to allocate gradients and the moments of the optimizer too.
    ///   - averages: whether to allocate a running average of every value too.
    /// - Throws: ``MemoryError`` if the memory cannot be allocated.
    public func allocate(seed: UInt64, training: Bool, averages: Bool = false) throws(MemoryError) {
        precondition(memory == nil, "allocated twice")
        // The arenas, and three copies of the largest tensor while its initial values are drawn.
        let arenas = trainedFloats * (training ? 4 : 1) + stateFloats + (averages ? trainedFloats + stateFloats : 0)
        try Arena.expectAvailable(4 * (arenas + 3 * (entries.map(\.count).max() ?? 0)))
        memory = try Memory(trained: trainedFloats, state: stateFloats, training: training, averages: averages)
        hasAverages = averages
        for (index, entry) in entries.enumerated() {
            var stream = RandomStream(seed: seed, purpose: .initialization, clip: index)
            let values = entry.initializer.values(shape: entry.shape, &stream)
            let first = entry.layout.toMemory(values, shape: entry.shape)
            buffer(Parameter(index: index)).copy(from: first)
            if averages { average(Parameter(index: index)).copy(from: first) }
        }
    }

    /// Copies the values of all parameters that another store has too. If that store keeps running averages, their
    /// values are copied instead.
    package func copy(from other: ParameterStore) {
        for parameter in all {
            guard let source = other.named(entry(parameter).name) else { continue }
            let values = other.hasAverages ? other.average(source) : other.buffer(source)
            buffer(parameter).copy(from: values.array)
        }
    }

    package var isAllocated: Bool { memory != nil }
    package private(set) var hasAverages = false
    /// Whether all values are finite.
    package var isFinite: Bool { all.allSatisfy { buffer($0).isFinite } }
    /// The number of trained values, without padding.
    public var trainedCount: Int { entries.filter(\.isTrained).map(\.count).reduce(0, +) }
    package var all: [Parameter] { entries.indices.map(Parameter.init) }
    package func entry(_ parameter: Parameter) -> Entry { entries[parameter.index] }
    /// The parameter with this name; nil if no graph has declared it.
    public func named(_ name: String) -> Parameter? { byName[name] }

    private func slice(_ arena: borrowing Arena, _ parameter: Parameter) -> Buffer {
        let entry = entries[parameter.index]
        return arena.buffer(at: entry.offset * 4, count: entry.count)
    }

    private var laidOut: Memory {
        guard let memory else { preconditionFailure("allocate() comes first") }
        return memory
    }

    /// The values of a parameter.
    public func buffer(_ parameter: Parameter) -> Buffer {
        if parameter.isAverage { return average(parameter) }
        return entries[parameter.index].isTrained
            ? slice(laidOut.trained, parameter) : slice(laidOut.state, parameter)
    }

    /// The running average of a parameter. Running statistics have running averages too.
    package func average(_ parameter: Parameter) -> Buffer {
        entries[parameter.index].isTrained
            ? slice(laidOut.averages, parameter) : slice(laidOut.stateAverages, parameter)
    }

    /// The gradient of a trained parameter, after a backward pass.
    public func gradient(_ parameter: Parameter) -> Buffer {
        precondition(
            entries[parameter.index].isTrained && !parameter.isAverage, "a running average has no gradient")
        return slice(laidOut.gradients, parameter)
    }

    /// A moment of the optimizer.
    /// - Parameter order: 0 for the first moment, 1 for the second moment.
    package func moment(_ order: Int, _ parameter: Parameter) -> Buffer {
        order == 0 ? slice(laidOut.firstMoments, parameter) : slice(laidOut.secondMoments, parameter)
    }

    /// The complete arenas of weights and running statistics, and those of their running averages.
    package var averaged: (weights: Buffer, weightAverages: Buffer, state: Buffer, stateAverages: Buffer) {
        (
            laidOut.trained.buffer(at: 0, count: trainedFloats), laidOut.averages.buffer(at: 0, count: trainedFloats),
            laidOut.state.buffer(at: 0, count: stateFloats), laidOut.stateAverages.buffer(at: 0, count: stateFloats)
        )
    }

    /// The complete arena of running statistics.
    package var state: Buffer { laidOut.state.buffer(at: 0, count: stateFloats) }

    /// The complete arenas of weights, gradients, first moments and second moments. They include the padding, which
    /// stays zero.
    package var flat: (weights: Buffer, gradients: Buffer, firstMoments: Buffer, secondMoments: Buffer) {
        (
            laidOut.trained.buffer(at: 0, count: trainedFloats), laidOut.gradients.buffer(at: 0, count: trainedFloats),
            laidOut.firstMoments.buffer(at: 0, count: trainedFloats),
            laidOut.secondMoments.buffer(at: 0, count: trainedFloats)
        )
    }
}

extension ParameterLayout {
    /// Converts values from the order in files to the order in memory.
    package func toMemory(_ values: [Float], shape: [Int]) -> [Float] {
        guard self == .kernelFirst else { return values }
        let (out, inner, taps) = (shape[0], shape[1], shape.dropFirst(2).reduce(1, *))
        var result = [Float](repeating: 0, count: values.count)
        for o in 0..<out {
            for i in 0..<inner {
                for t in 0..<taps { result[(t * inner + i) * out + o] = values[(o * inner + i) * taps + t] }
            }
        }
        return result
    }

    /// Converts values from the order in memory to the order in files.
    package func toFile(_ values: [Float], shape: [Int]) -> [Float] {
        guard self == .kernelFirst else { return values }
        let (out, inner, taps) = (shape[0], shape[1], shape.dropFirst(2).reduce(1, *))
        var result = [Float](repeating: 0, count: values.count)
        for o in 0..<out {
            for i in 0..<inner {
                for t in 0..<taps { result[(o * inner + i) * taps + t] = values[(t * inner + i) * out + o] }
            }
        }
        return result
    }
}
