import OssicleBase

/// A sequence of waveform transforms, each of which is applied with a probability.
///
/// A chain is written as text, for example
///
///     fade 0.5, time-mask 0.5 length=0..0.1, pitch-shift 0.5 semitones=-5..5
///
/// A step has a name, an optional probability (default: 1), and optional parameters with a range or one value.
/// Parameters that are not given have the values of the paper. Each transform may occur only once.
public struct AugmentationChain: Sendable, Equatable {
    /// A transform, its probability and the ranges of its parameters.
    public struct Step: Sendable, Equatable {
        public let kind: WaveformTransformKind
        public let probability: Float
        /// The ranges of the parameters, in the order of ``WaveformTransformKind/parameters``.
        public let ranges: [ClosedRange<Float>]
    }

    /// The steps in the order in which they are applied.
    public private(set) var steps: [Step] = []

    /// Creates a chain without steps.
    public init() {}

    /// Reads a chain from text. An empty text is a chain without steps.
    ///
    /// - Throws: ``AugmentationError/chain(step:reason:)``, which names the step.
    public init(_ text: String) throws(AugmentationError) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) where !text.trimmed.isEmpty {
            let step = try Self.step(part)
            guard !steps.contains(where: { $0.kind == step.kind }) else {
                throw .chain(step: "\(part)".trimmed, reason: "it occurs twice")
            }
            steps.append(step)
        }
    }

    /// The chain as text. A chain that is read from this text is equal to this chain.
    public var text: String {
        steps.map { step in
            let changed = zip(step.kind.parameters, step.ranges).filter { $0.published != $1 }
            let settings = changed.map { parameter, range in
                range.lowerBound == range.upperBound
                    ? " \(parameter.name)=\(range.lowerBound)"
                    : " \(parameter.name)=\(range.lowerBound)..\(range.upperBound)"
            }
            return "\(step.kind.rawValue) \(step.probability)" + settings.joined()
        }
        .joined(separator: ", ")
    }

    /// Draws the transforms for one view, in the order in which they are applied.
    ///
    /// - Parameter count: the number of samples of the view.
    public func draw(count: Int, seed: UInt64, epoch: Int, clip: Int, view: Int) -> [any WaveformTransform] {
        steps.compactMap { step in
            var stream = RandomStream(seed: seed, purpose: step.kind.purpose, epoch: epoch, clip: clip, view: view)
            guard stream.uniform() < step.probability else { return nil }
            return step.kind.draw(step.ranges, count: count, from: &stream)
        }
    }

    private static func step(_ text: Substring) throws(AugmentationError) -> Step {
        let words = text.split(separator: " ")
        func refusal(_ reason: String) -> AugmentationError { .chain(step: text.trimmed, reason: reason) }
        guard let kind = words.first.flatMap({ WaveformTransformKind(rawValue: String($0)) }) else {
            let known = WaveformTransformKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw refusal("a step begins with one of \(known)")
        }
        var probability: Float = 1
        var ranges = kind.parameters.map(\.published)
        for (place, word) in words.dropFirst().enumerated() {
            guard let equals = word.firstIndex(of: "=") else {
                guard place == 0, let value = Float(word), (0...1).contains(value) else {
                    throw refusal("“\(word)” is no probability from 0 to 1")
                }
                probability = value
                continue
            }
            let name = word[..<equals]
            guard let index = kind.parameters.firstIndex(where: { $0.name == name }) else {
                let known = kind.parameters.map(\.name).joined(separator: ", ")
                throw refusal("\(kind.rawValue) has no parameter “\(name)”; it has \(known)")
            }
            let allowed = kind.parameters[index].allowed
            guard let range = range(word[word.index(after: equals)...]), allowed.contains(range.lowerBound),
                allowed.contains(range.upperBound)
            else {
                throw refusal(
                    "\(name) takes a number or LOW..HIGH within \(allowed.lowerBound) to \(allowed.upperBound)")
            }
            ranges[index] = range
        }
        return Step(kind: kind, probability: probability, ranges: ranges)
    }

    private static func range(_ text: Substring) -> ClosedRange<Float>? {
        let bounds = text.split(separator: "..", omittingEmptySubsequences: false).map { Float($0) }
        guard let low = bounds.first.flatMap({ $0 }), let high = bounds.last.flatMap({ $0 }), bounds.count <= 2,
            low <= high
        else { return nil }
        return low...high
    }
}

extension AugmentationChain: Codable {
    /// Decodes a chain from its text.
    public init(from decoder: any Decoder) throws {
        try self.init(try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension WaveformTransformKind {
    fileprivate var purpose: RandomStream.Purpose {
        switch self {
        case .fade: .fade
        case .timeMask: .waveformMask
        case .timeStretch: .chainStretch
        case .pitchShift: .chainShift
        case .timeShift: .timeShift
        case .whiteNoise: .whiteNoise
        case .mixedNoise: .mixedNoise
        }
    }
}
