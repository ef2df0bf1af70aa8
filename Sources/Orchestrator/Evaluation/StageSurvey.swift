import OssicleAudio
import OssicleData
import OssicleKernels
import OssicleModels

/// The probe accuracy at each stage of an encoder. Every feature map is probed by itself, and the feature maps that the
/// embedding reads are probed together. The scores of an untrained encoder and of log-mel statistics are for
/// comparison.
public struct StageSurvey: Sendable, Encodable {
    /// The scores of one encoder.
    public struct Curve: Sendable, Encodable {
        public let name: String
        /// One score per feature map, in the encoder's order.
        public let scores: [ProbeScore]
        /// The score of all feature maps that the embedding reads, together; nil if the embedding reads none of them.
        public let together: ProbeScore?
    }

    /// The names of the feature maps, in the encoder's order.
    public let maps: [String]
    /// The names of the feature maps that the embedding reads.
    public let read: [String]
    public let curves: [Curve]
    /// The score of log-mel statistics; nil if they were not probed.
    public let logMel: ProbeScore?
    public let layout: String
    /// The number of classes that occur in the data set.
    public let classes: Int
    /// Warnings about clips and regressions, as in ``ProbeReport/warnings``.
    public var warnings: [String]

    /// Probes the feature maps of encoders.
    ///
    /// - Parameters:
    ///   - encoders: encoders with the embedding `every`. If several encoders have one name, the strongest is used for
    ///     each feature map.
    ///   - read: the embedding whose feature maps are probed together.
    ///   - every: the result of ``Embedding/everyStage(of:and:largest:)`` with `read`.
    ///   - options: settings with the method `logistic`.
    public init(
        dataset: AudioDataset, encoders: [(name: String, encoder: any ViewEncoder)], read: Embedding,
        every: Embedding, options: ClipProbeOptions, report: (String) -> Void = { _ in }
    ) throws {
        let folds = try dataset.probeFolds(options.division, seed: options.seed, lastOnly: options.heldOutOnly)
        let probe = VectorProbe(
            clips: dataset.clips, classes: dataset.classes.count, options: options, folds: folds)
        let source = ProbeSource(dataset, options)
        let stages = Set(every.maps.map(\.name)).count
        let together = read.maps.compactMap { map in every.maps.firstIndex(of: map) }
        precondition(together.count == read.maps.count, "every map that is read")
        let parts =
            every.ranges.prefix(stages).map { [$0] } + (together.isEmpty ? [] : [together.map { every.ranges[$0] }])

        // For each name, the best outcome of each part over all encoders with this name.
        var curves: [(name: String, best: [NamedOutcome])] = []
        for (name, encoder) in encoders {
            let open = source.open(encoder.frontend.sampleRate, encoder.level)
            let (vectors, _) = try probe.vectors(of: encoder, name: name, open: open, report: report)
            let outcomes = try parts.map { ranges in
                let part = vectors.selecting(ranges)
                return try probe.outcome(name, variant: encoder.variant, training: part, test: part)
            }
            report("\(name): probed \(stages) maps")
            if let rival = curves.firstIndex(where: { $0.name == name }) {
                for place in parts.indices where outcomes[place].isStronger(than: curves[rival].best[place]) {
                    curves[rival].best[place] = outcomes[place]
                }
            } else {
                curves.append((name, outcomes))
            }
        }
        self.curves = curves.map { name, best in
            Curve(
                name: name, scores: best.prefix(stages).map(\.outcome.score),
                together: together.isEmpty ? nil : best.last?.outcome.score)
        }
        if options.includesLogMel {
            let first = encoders.first?.encoder
            let frontend = first?.frontend.baseline ?? LogMelConfiguration()
            let vectors = try LogMelStatistics(frontend: frontend).vectors(
                clips: dataset.clips.count, wanted: probe.wanted,
                open: source.open(frontend.sampleRate, first?.level ?? DataSection().level))
            logMel = try probe.outcome("logmel", variant: nil, training: vectors, test: vectors).outcome.score
        } else {
            logMel = nil
        }
        let names = every.maps.prefix(stages).map(\.name)
        let unconverged = curves.flatMap { name, best in
            zip(names + ["together"], best).compactMap { $1.outcome.convergence.warning("\(name), \($0)") }
        }
        maps = names
        self.read = together.map { every.maps[$0].name }
        layout = dataset.layout.rawValue
        classes = Set(dataset.clips.compactMap(\.label)).count
        warnings = source.warnings + unconverged
        for warning in warnings { report("warning: \(warning)") }
    }
}

extension ClipVectors {
    /// The same rows, with the values of the given ranges only.
    func selecting(_ ranges: [Range<Int>]) -> ClipVectors {
        let width = ranges.map(\.count).reduce(0, +)
        var selected: [Float] = []
        selected.reserveCapacity(rows * width)
        for row in 0..<rows {
            for range in ranges {
                selected.append(
                    contentsOf: values[row * dimension + range.lowerBound..<row * dimension + range.upperBound])
            }
        }
        return ClipVectors(dimension: width, values: selected, offsets: offsets)
    }
}
