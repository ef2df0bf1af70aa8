import OssicleBase
import OssicleKernels

/// A trained tensor, or a running statistic that is not trained, in a ``ParameterStore``.
public struct Parameter: Hashable, Sendable {
    let index: Int
    /// Whether the running average of the values is meant.
    private(set) var isAverage = false

    init(index: Int) { self.index = index }

    var average: Parameter {
        var average = self
        average.isAverage = true
        return average
    }
}

/// The order of a parameter's values in memory. In files the order is that of PyTorch.
public enum ParameterLayout: Sendable {
    /// The same order.
    case plain
    /// File (out, in, k…), memory (k…, in, out): dense convolutions, and depthwise ones where in = 1.
    case kernelFirst
}

/// All weights in flat arenas, one per role, so that the optimizer is one pass and a checkpoint a list of slices.
///
/// Names and shapes are PyTorch's (torchvision's for the encoders): checkpoints exchange with them.
public final class ParameterStore {
    package struct Entry {
        package let name: String
        /// As in the file.
        package let shape: [Int]
        package let layout: ParameterLayout
        package let isTrained: Bool
        let initializer: Initializer
        package let count: Int
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

    public init() {}

    /// Declares a parameter, or finds the one of that name: several graphs share a store.
    package func parameter(
        _ name: String, _ shape: [Int], _ initializer: Initializer, layout: ParameterLayout = .plain,
        isTrained: Bool = true
    ) -> Parameter {
        if let known = byName[name] {
            precondition(entries[known.index].shape == shape, "\(name) has two shapes")
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

    /// Gives every declared parameter its memory, and its first value from `seed`. Once, after recording.
    /// - Parameters:
    ///   - training: also gradients and the optimizer's moments.
    ///   - averages: also a running average of every value.
    public func allocate(seed: UInt64, training: Bool, averages: Bool = false) throws(MemoryError) {
        precondition(memory == nil, "allocated twice")
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

    /// Copies the values of the parameters that another store has too, or their averages where it keeps them.
    package func copy(from other: ParameterStore) {
        for parameter in all {
            guard let source = other.named(entry(parameter).name) else { continue }
            let values = other.hasAverages ? other.average(source) : other.buffer(source)
            buffer(parameter).copy(from: values.array)
        }
    }

    package var isAllocated: Bool { memory != nil }
    package private(set) var hasAverages = false
    /// Number of trained values, without padding.
    public var trainedCount: Int { entries.filter(\.isTrained).map(\.count).reduce(0, +) }
    package var all: [Parameter] { entries.indices.map(Parameter.init) }
    package func entry(_ parameter: Parameter) -> Entry { entries[parameter.index] }
    /// The parameter of this name; nil if no graph has declared it.
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

    /// The running average of a parameter; of running averages too.
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

    /// - Parameter order: 0 or 1: the optimizer's first or second moment.
    package func moment(_ order: Int, _ parameter: Parameter) -> Buffer {
        order == 0 ? slice(laidOut.firstMoments, parameter) : slice(laidOut.secondMoments, parameter)
    }

    /// The arenas that averages follow, whole, and their averages.
    package var averaged: (weights: Buffer, weightAverages: Buffer, state: Buffer, stateAverages: Buffer) {
        (
            laidOut.trained.buffer(at: 0, count: trainedFloats), laidOut.averages.buffer(at: 0, count: trainedFloats),
            laidOut.state.buffer(at: 0, count: stateFloats), laidOut.stateAverages.buffer(at: 0, count: stateFloats)
        )
    }

    /// The whole arenas, padding included (it stays zero): weights, gradients, first and second moments.
    package var flat: (weights: Buffer, gradients: Buffer, firstMoments: Buffer, secondMoments: Buffer) {
        (
            laidOut.trained.buffer(at: 0, count: trainedFloats), laidOut.gradients.buffer(at: 0, count: trainedFloats),
            laidOut.firstMoments.buffer(at: 0, count: trainedFloats),
            laidOut.secondMoments.buffer(at: 0, count: trainedFloats)
        )
    }
}

extension ParameterLayout {
    /// From the file's order to memory's.
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

    /// From memory's order to the file's.
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
