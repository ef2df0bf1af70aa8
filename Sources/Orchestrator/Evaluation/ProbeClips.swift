import OssicleAudio
import OssicleData
import OssicleKernels
import OssicleModels
import OssicleStatistics

/// How a data set's clips are probed.
public struct ClipProbeOptions: Sendable, Equatable {
    /// nil: the one that the data set is published with (``Division/standard(for:prefersGroups:)``).
    public var division: Division?
    /// Judge on the last fold alone: what `data.hold_out: test` keeps from training.
    public var heldOutOnly = false
    public var method = ProbeMethod.logistic(LogisticProbe.Options())
    /// Of the papers' method: crops embedded of each training clip; fewer where their vectors would take more than
    /// `memoryMiB`.
    public var crops = 10
    public var memoryMiB = 2048
    public var shortestTail = ClipSegments.defaultShortestTail
    /// Of the regression. Results do not depend on it.
    public var threads = 1
    public var resamples = 1000
    /// Places the crops, orders the steps, draws the resamples and a random division.
    public var seed: UInt64 = 0
    /// Whether ``LogMelStatistics`` are probed too, as `logmel`.
    public var includesLogMel = true
    /// Decoded audio kept in memory.
    public var cacheMemoryMiB = 2048

    public init() {}
}

/// Probes a data set's classes.
///
/// - Parameters:
///   - dataset: labelled clips; those without a label are not used.
///   - encoders: the first one is reported, the others are its baselines under their names (`random`). Of several of one
///     name the strongest is taken (``ViewEncoder/variant``). All are given the same crops and segments where their views
///     are equally long.
///   - report: receives a line whenever a part is done.
public func probeClips(
    dataset: AudioDataset, encoders: [(name: String, encoder: any ViewEncoder)],
    options: ClipProbeOptions = ClipProbeOptions(), report: (String) -> Void = { _ in }
) throws -> ProbeReport {
    guard dataset.clips.contains(where: { $0.label != nil }) else {
        throw EvaluationError.noLabels(layout: dataset.layout.rawValue)
    }
    let source = ProbeSource(dataset, options)
    var found = try probeClips(
        dataset.clips, classes: dataset.classes, layout: dataset.layout.rawValue,
        division: options.division ?? dataset.division, encoders: encoders, options: options, report: report,
        source: source.open)
    found.warnings = source.warnings
    for warning in found.warnings { report("warning: \(warning)") }
    return found
}

/// Opens clips at a sample rate and a level, for one encoder after the other.
package typealias ClipSource = (_ sampleRate: Int, _ level: Float) -> (Int) -> ClipStream?

/// Opens a data set's clips; encoders of one rate and level that follow each other share what is decoded.
package final class ProbeSource {
    private let dataset: AudioDataset
    private let cacheMemoryMiB: Int
    private var store: ClipStore?
    private var earlier: [String] = []

    /// What was found wrong with clips, each sentence once.
    var warnings: [String] {
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

/// The same, of clips from anywhere.
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
        variants: Dictionary(uniqueKeysWithValues: outcomes.compactMap { each in each.variant.map { (each.name, $0) } })
    )
}

/// What one name's vectors tell.
struct NamedOutcome {
    let name: String
    /// Of several ways to make it, the one that is reported.
    let variant: String?
    let outcome: ClipProbe.Outcome
    let folds: [Fold]
}

/// What each encoder's vectors, and log-mel statistics where they are asked for, tell about the clips' labels: one outcome
/// a name, in the order in which the names come first.
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
    /// By clips that were held back from the training part; where the method holds none back, by the test clips, which
    /// favours the baseline.
    func isStronger(than other: NamedOutcome) -> Bool {
        if let own = outcome.validationAccuracy, let rival = other.outcome.validationAccuracy { return own > rival }
        return outcome.score.value > other.outcome.score.value
    }
}

extension ProbeMethod {
    /// As reports name it.
    public var name: String {
        switch self {
        case .logistic: "logistic"
        case .paper: "paper"
        case .neighbours: "neighbours"
        }
    }
}
