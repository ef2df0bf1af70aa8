/// How a data set's clips are probed.
public struct ClipProbeOptions: Sendable, Equatable {
    /// nil: the one that the data set is published with (``Division/standard(for:prefersGroups:)``).
    public var division: Division?
    /// Judge on the last fold alone: what `data.hold_out: test` keeps from training.
    public var heldOutOnly = false
    /// Crops embedded of each training clip; fewer where their vectors would take more than `memoryMiB`.
    public var crops = 10
    public var memoryMiB = 2048
    public var shortestTail = ClipSegments.defaultShortestTail
    public var probe = LinearProbe.Options()
    /// How many neighbours vote, instead of a linear layer; nil for the layer.
    public var neighbours: Int?
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
///   - encoders: the first one is reported, the others are its baselines under their names (`random`). All are given the
///     same crops and segments where their views are equally long.
///   - report: receives a line whenever a part is done.
public func probeClips(
    dataset: AudioDataset, encoders: [(name: String, encoder: any ViewEncoder)],
    options: ClipProbeOptions = ClipProbeOptions(), report: (String) -> Void = { _ in }
) throws -> ProbeReport {
    guard dataset.clips.contains(where: { $0.label != nil }) else {
        throw EvaluationError.noLabels(layout: dataset.layout.rawValue)
    }
    return try probeClips(
        dataset.clips, classes: dataset.classes, layout: dataset.layout.rawValue,
        division: options.division ?? dataset.division, encoders: encoders, options: options, report: report,
        source: ProbeSource(dataset, options).samples)
}

/// Opens a data set's clips for one encoder after the other; neighbours of one rate and level share what is decoded.
final class ProbeSource {
    private let dataset: AudioDataset
    private let cacheMemoryMiB: Int
    private var store: ClipStore?

    init(_ dataset: AudioDataset, _ options: ClipProbeOptions) {
        self.dataset = dataset
        cacheMemoryMiB = options.cacheMemoryMiB
    }

    func samples(_ sampleRate: Int, _ level: Float) -> (Int) -> [Float]? {
        var store = self.store
        if store?.sampleRate != sampleRate || store?.level != level { store = nil }
        let opened =
            store
            ?? ClipStore(
                dataset: dataset, sampleRate: sampleRate, level: level, cacheMemoryMiB: cacheMemoryMiB)
        self.store = opened
        return { opened.samples(of: $0) }
    }
}

/// The same, of clips from anywhere.
///
/// - Parameter source: opens the clips at a sample rate and a level.
func probeClips(
    _ clips: [Clip], classes: [String], layout: String, division: Division,
    encoders: [(name: String, encoder: any ViewEncoder)], options: ClipProbeOptions,
    report: (String) -> Void = { _ in },
    source: (_ sampleRate: Int, _ level: Float) -> (Int) -> [Float]?
) throws -> ProbeReport {
    let outcomes = try clipOutcomes(
        clips, classes: classes.count, division: division, encoders: encoders, options: options, report: report,
        source: source)
    let (_, subject, usable) = outcomes[0]
    let bootstrap = Bootstrap(resamples: options.resamples, seed: options.seed)
    var (baselines, leads): ([String: ProbeScore], [String: ProbeScore]) = ([:], [:])
    for (name, outcome, _) in outcomes.dropFirst() where baselines[name] == nil {
        baselines[name] = outcome.score
        leads[name] = subject.lead(over: outcome, bootstrap: bootstrap)
    }
    return ProbeReport(
        subject, folds: usable, classes: classes, layout: layout, seed: options.seed, baselines: baselines, leads: leads
    )
}

/// What each encoder's vectors, and log-mel statistics where they are asked for, tell about the clips' labels.
func clipOutcomes(
    _ clips: [Clip], classes: Int, division: Division, encoders: [(name: String, encoder: any ViewEncoder)],
    options: ClipProbeOptions, report: (String) -> Void,
    source: (_ sampleRate: Int, _ level: Float) -> (Int) -> [Float]?
) throws -> [(name: String, outcome: ClipProbe.Outcome, folds: [Fold])] {
    let found = Set(clips.compactMap(\.label)).count
    guard found >= 2 else { throw EvaluationError.tooFewClasses(found: found) }
    guard options.includesLogMel || !encoders.isEmpty else { throw EvaluationError.noEncoders }
    let folds = try division.makeFolds(of: clips, seed: options.seed, lastOnly: options.heldOutOnly)
    let training = Set(folds.flatMap(\.train))
    let tested = Set(folds.flatMap(\.test))

    var outcomes: [(name: String, outcome: ClipProbe.Outcome, folds: [Fold])] = []
    func probe(_ name: String, _ trainingVectors: ClipVectors, _ testVectors: ClipVectors) throws {
        // Clips that could not be decoded have no vectors.
        let usable = try folds.map { fold in
            let fold = Fold(
                train: fold.train.filter { !trainingVectors.rows(of: $0).isEmpty },
                test: fold.test.filter { !testVectors.rows(of: $0).isEmpty })
            guard !fold.train.isEmpty else { throw EvaluationError.emptyPart(name: "training") }
            guard !fold.test.isEmpty else { throw EvaluationError.emptyPart(name: "test") }
            return fold
        }
        var probe = ClipProbe(labels: clips.map { $0.label ?? 0 }, classes: classes, folds: usable)
        probe.options = options.probe
        probe.options.seed = options.seed
        probe.neighbours = options.neighbours
        probe.bootstrap = Bootstrap(resamples: options.resamples, seed: options.seed)
        outcomes.append((name, probe.run(training: trainingVectors, test: testVectors), usable))
        report("\(name): probed \(usable.count) \(usable.count == 1 ? "division" : "folds")")
    }

    for (name, encoder) in encoders {
        let samples = source(encoder.frontend.sampleRate, encoder.level)
        let embedder = try ClipEmbedder(encoder: encoder, shortestTail: options.shortestTail)
        let bytes = max(training.count * encoder.dimension * MemoryLayout<Float>.stride, 1)
        let crops = max(min(options.crops, options.memoryMiB << 20 / bytes), 1)
        let trainingVectors = embedder.cropVectors(
            clips: clips.count, wanted: training, crops: crops, seed: options.seed, samples: samples)
        report("\(name): embedded \(trainingVectors.rows) training crops, \(crops) a clip")
        let testVectors = embedder.segmentVectors(clips: clips.count, wanted: tested, samples: samples)
        report("\(name): embedded \(testVectors.rows) test segments")
        try probe(name, trainingVectors, testVectors)
    }
    if options.includesLogMel {
        let first = encoders.first?.encoder
        let frontend = first?.frontend.baseline ?? LogMelConfiguration()
        let vectors = try LogMelStatistics(frontend: frontend).vectors(
            clips: clips.count, wanted: training.union(tested),
            samples: source(frontend.sampleRate, first?.level ?? DataSection().level))
        try probe("logmel", vectors, vectors)
    }
    return outcomes
}
