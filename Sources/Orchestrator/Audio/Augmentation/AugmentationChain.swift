import OssicleBase

/// Transforms of a waveform in the order in which they are applied, each with a probability: as text
///
///     fade 0.5, time-mask 0.5 length=0..0.1, pitch-shift 0.5 semitones=-5..5
///
/// A step is a name, then a probability (1 where there is none), then parameters with a range or one value; what is
/// not named is as published. A transform occurs once at most.
public struct AugmentationChain: Sendable, Equatable {
    public struct Step: Sendable, Equatable {
        public let kind: WaveformTransformKind
        public let probability: Float
        /// One a parameter of the kind, in their order.
        public let ranges: [ClosedRange<Float>]
    }

    public private(set) var steps: [Step] = []

    /// No steps.
    public init() {}

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

    /// What the text of an equal chain is.
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

    /// What is applied to one view, in order.
    ///
    /// - Parameter count: samples of the view.
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
    /// As text.
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
