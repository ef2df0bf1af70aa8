import OssicleAudio
import OssicleData
import OssicleKernels
import OssicleModels
import OssicleStatistics

/// The settings of a probe of clips.
public struct ClipProbeOptions: Sendable, Equatable {
    /// The division into training and test parts; nil: the published division of the data set
    /// (``Division/standard(for:prefersGroups:)``).
    public var division: Division?
    /// Whether only the last fold is evaluated: the clips that `data.hold_out: test` excludes from training.
    public var heldOutOnly = false
    /// The classifier.
    public var method = ProbeMethod.logistic(LogisticProbe.Options())
    /// For the method `paper`: the number of crops per training clip. It is reduced if their vectors would take more
    /// than `memoryMiB`.
    public var crops = 10
    /// For the method `paper`: the limit of the memory for the vectors of the crops, in MiB.
    public var memoryMiB = 2048
    /// See ``ClipSegments/shortestTail``.
    public var shortestTail = ClipSegments.defaultShortestTail
    /// The number of threads of the regression. Results do not depend on it.
    public var threads = 1
    /// The number of bootstrap resamples.
    public var resamples = 1000
    /// Determines the crops, the order of the clips in the steps, the inner folds, the bootstrap resamples and a random
    /// division.
    public var seed: UInt64 = 0
    /// Whether ``LogMelStatistics`` are probed too, as the baseline `logmel`.
    public var includesLogMel = true
    /// The memory for decoded audio, in MiB.
    public var cacheMemoryMiB = 2048

    public init() {}
}

/// Evaluates clip classification on frozen vectors, with the classes of a data set.
///
/// - Parameters:
///   - dataset: labelled clips. Clips without a label are not used.
///   - encoders: the first encoder is evaluated, and the others are its baselines, with their names in the report (for
///     example `random`). If several encoders have one name, the strongest is reported (``ViewEncoder/variant``).
///     Encoders whose views are equally long get the same crops and segments.
///   - report: receives a line of text whenever a part is done.
/// - Throws: ``EvaluationError/noLabels(layout:)`` in the data if no clip has a label, and other errors if the clips cannot
///   be divided or the encoders cannot be run.
public func probeClips(
    dataset: AudioDataset, encoders: [(name: String, encoder: any ViewEncoder)],
    options: ClipProbeOptions = ClipProbeOptions(), report: (String) -> Void = { _ in }
) throws -> ProbeReport {
    let source = ProbeSource(dataset, options)
    var found = try EvaluationError.naming(dataset) {
        guard dataset.clips.contains(where: { $0.label != nil }) else {
            throw EvaluationError.noLabels(layout: dataset.layout.rawValue)
        }
        return try probeClips(
            dataset.clips, classes: dataset.classes, layout: dataset.layout.rawValue,
            division: options.division ?? dataset.division, encoders: encoders, options: options, report: report,
            source: source.open)
    }
    found.warnings = source.warnings + found.warnings
    for warning in found.warnings { report("warning: \(warning)") }
    return found
}

/// Opens clips at a sample rate and a level. The result is a function that opens a clip by its index.
package typealias ClipSource = (_ sampleRate: Int, _ level: Float) -> (Int) -> ClipStream?

/// Opens the clips of a data set. Successive encoders with the same sample rate and level share the decoded clips.
package final class ProbeSource {
    private let dataset: AudioDataset
    private let cacheMemoryMiB: Int
    private var store: ClipStore?
    private var earlier: [String] = []

    /// Warnings about clips that could not be decoded, or not to their end, without repetitions.
    package var warnings: [String] {
        (earlier + (store?.report.warnings ?? [])).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    package init(_ dataset: AudioDataset, _ options: ClipProbeOptions) {
        self.dataset = dataset
        cacheMemoryMiB = options.cacheMemoryMiB
    }

    package func open(_ sampleRate: Int, _ level: Float) -> (Int) -> ClipStream? {
        var store = self.store
        if store?.sampleRate != sampleRate || store?.level != level {
            earlier = warnings
            store = nil
        }
        let opened =
            store
            ?? ClipStore(
                dataset: dataset, sampleRate: sampleRate, level: level, cacheMemoryMiB: cacheMemoryMiB)
        self.store = opened
        return { opened.stream(of: $0) }
    }
}

/// Evaluates clips from any source, like ``probeClips(dataset:encoders:options:report:)``.
///
/// - Parameter source: opens the clips at a sample rate and a level.
package func probeClips(
    _ clips: [Clip], classes: [String], layout: String, division: Division,
    encoders: [(name: String, encoder: any ViewEncoder)], options: ClipProbeOptions,
    report: (String) -> Void = { _ in },
    source: ClipSource
) throws -> ProbeReport {
    let outcomes = try clipOutcomes(
        clips, classes: classes.count, division: division, encoders: encoders, options: options, report: report,
        source: source)
    let subject = outcomes[0]
    let bootstrap = Bootstrap(resamples: options.resamples, seed: options.seed)
    var (baselines, leads): ([String: ProbeScore], [String: ProbeScore]) = ([:], [:])
    for baseline in outcomes.dropFirst() {
        baselines[baseline.name] = baseline.outcome.score
        leads[baseline.name] = subject.outcome.lead(over: baseline.outcome, bootstrap: bootstrap)
    }
    return ProbeReport(
        subject.outcome, folds: subject.folds, classes: classes, layout: layout, seed: options.seed,
        method: options.method.name, embedding: encoders.first?.encoder.readNames, baselines: baselines, leads: leads,
        variants: Dictionary(
            uniqueKeysWithValues: outcomes.compactMap { each in each.variant.map { (each.name, $0) } }),
        warnings: outcomes.compactMap { $0.outcome.convergence.warning($0.name) })
}

/// The result of the encoders with one name.
struct NamedOutcome {
    let name: String
    /// The variant of the encoder that is reported, if there are several.
    let variant: String?
    let outcome: ClipProbe.Outcome
    let folds: [Fold]
}

/// Evaluates the vectors of each encoder, and log-mel statistics if `options` asks for them, on the labels of the
/// clips. There is one outcome per name, in the order in which the names first occur.
func clipOutcomes(
    _ clips: [Clip], classes: Int, division: Division, encoders: [(name: String, encoder: any ViewEncoder)],
    options: ClipProbeOptions, report: (String) -> Void,
    source: ClipSource
) throws -> [NamedOutcome] {
    let found = Set(clips.compactMap(\.label)).count
    guard found >= 2 else { throw EvaluationError.tooFewClasses(found: found) }
    guard options.includesLogMel || !encoders.isEmpty else { throw EvaluationError.noEncoders }
    let probe = VectorProbe(
        clips: clips, classes: classes, options: options,
        folds: try division.makeFolds(of: clips, seed: options.seed, lastOnly: options.heldOutOnly))
    var outcomes: [NamedOutcome] = []
    for (name, encoder) in encoders {
        let open = source(encoder.frontend.sampleRate, encoder.level)
        let (training, test) = try probe.vectors(of: encoder, name: name, open: open, report: report)
        let outcome = try probe.outcome(name, variant: encoder.variant, training: training, test: test)
        report("\(name): probed \(outcome.folds.count) \(outcome.folds.count == 1 ? "division" : "folds")")
        guard let rival = outcomes.firstIndex(where: { $0.name == name }) else {
            outcomes.append(outcome)
            continue
        }
        if outcome.isStronger(than: outcomes[rival]) { outcomes[rival] = outcome }
    }
    if options.includesLogMel {
        let first = encoders.first?.encoder
        let frontend = first?.frontend.baseline ?? LogMelConfiguration()
        let vectors = try LogMelStatistics(frontend: frontend).vectors(
            clips: clips.count, wanted: probe.wanted,
            open: source(frontend.sampleRate, first?.level ?? DataSection().level))
        outcomes.append(try probe.outcome("logmel", variant: nil, training: vectors, test: vectors))
        report("logmel: probed")
    }
    return outcomes
}

extension NamedOutcome {
    /// Compares the accuracies on clips that were held back from the training part. If the method holds back no clips,
    /// it compares the accuracies on the test clips, which favors baselines with several variants.
    func isStronger(than other: NamedOutcome) -> Bool {
        if let own = outcome.validationAccuracy, let rival = other.outcome.validationAccuracy { return own > rival }
        return outcome.score.value > other.outcome.score.value
    }
}

extension ProbeMethod {
    /// The name of the method in reports.
    public var name: String {
        switch self {
        case .logistic: "logistic"
        case .paper: "paper"
        case .neighbours: "neighbours"
        }
    }
}
