import OssicleBase
import OssicleData
import OssicleModels
import OssicleStatistics

/// The result of pitch classification, as `ossicle probe pitch --json` prints it. Pitches are MIDI notes, 21 (A0) to
/// 108 (C8).
public struct PitchReport: Sendable, Codable, Equatable {
    /// The scores of one encoder or baseline.
    public struct Scores: Sendable, Codable, Equatable {
        /// The share of notes whose pitch is correct, averaged over the folds.
        public var pitch: ProbeScore
        /// The share of notes whose chroma is correct, averaged over the folds: the pitch is correct or wrong by whole
        /// octaves.
        public var chroma: ProbeScore
        /// The mean distance between the predicted and the true pitch over the notes of all folds, in semitones.
        public var meanErrorSemitones: Double
        /// The numbers of notes with the correct chroma by octave error, which is the predicted minus the true octave.
        /// The notes with the key "0" have the correct pitch.
        public var octaves: [String: Int]

        enum CodingKeys: String, CodingKey {
            case pitch
            case chroma
            case octaves
            case meanErrorSemitones = "mean_error_semitones"
        }

        /// - Parameter confusions: the confusion matrix of ``PitchReport/pitches`` for each fold. There must be at least
        ///   one note.
        init(_ confusions: [ConfusionMatrix], bootstrap: Bootstrap) {
            var (pitchScores, chromaScores): ([[Double]], [[Double]]) = ([], [])
            var (distance, octaves) = (0, [Int: Int]())
            for confusion in confusions {
                var (pitches, chromas): ([Double], [Double]) = ([], [])
                for label in 0..<confusion.classes {
                    for prediction in 0..<confusion.classes {
                        let count = confusion[label, prediction]
                        let error = prediction - label
                        distance += count * abs(error)
                        pitches += [Double](repeating: error == 0 ? 1 : 0, count: count)
                        chromas += [Double](repeating: error % 12 == 0 ? 1 : 0, count: count)
                        if error % 12 == 0, count > 0 { octaves[error / 12, default: 0] += count }
                    }
                }
                pitchScores.append(pitches)
                chromaScores.append(chromas)
            }
            let notes = confusions.map(\.total).reduce(0, +)
            pitch = ProbeScore(meanOf: pitchScores, bootstrap: bootstrap)
            chroma = ProbeScore(meanOf: chromaScores, bootstrap: bootstrap)
            meanErrorSemitones = Double(distance) / Double(notes)
            self.octaves = Dictionary(uniqueKeysWithValues: octaves.map { ("\($0)", $1) })
        }
    }

    /// The pitches that the probe distinguishes.
    public static let pitches = 21...108

    /// The name of ``value``: `pitch_accuracy`.
    public var metric = "pitch_accuracy"
    /// The pitch accuracy of the first encoder.
    public var value: Double
    /// The confidence interval of ``value``, as in ``ProbeScore/ci95``.
    @Nullable public var ci95: Interval?
    /// The scores of the first encoder.
    public var scores: Scores
    /// The method of the probe, as in ``ProbeReport/method``.
    public var method: String
    /// The source of the embedding, as in ``ProbeReport/embedding``.
    public var embedding: [String]?
    /// The number of training notes, averaged over the folds and rounded.
    public var trainingClips: Int
    /// The number of test notes of all folds.
    public var testClips: Int
    /// The scores of the baselines `random` and `logmel`, as in ``ProbeReport/baselines``.
    public var baselines: [String: Scores]
    /// The leads of the pitch accuracy over the baselines, as in ``ProbeReport/leads``.
    public var leads: [String: ProbeScore]
    /// The variants of the baselines, as in ``ProbeReport/variants``.
    public var variants: [String: String]
    /// The layout of the data set.
    public var layout: String
    public var seed: UInt64
    /// Warnings about notes that were left out because of their pitch, and the warnings of ``ProbeReport/warnings``.
    public var warnings: [String] = []

    enum CodingKeys: String, CodingKey {
        case metric
        case value
        case ci95
        case scores
        case baselines
        case leads
        case method
        case embedding
        case variants
        case warnings
        case layout
        case seed
        case trainingClips = "n_train"
        case testClips = "n_test"
    }
}

/// Evaluates pitch classification of notes on frozen vectors. The classes are the 88 keys of a piano. The parameters
/// are those of ``probeClips(dataset:encoders:options:report:)``.
///
/// Notes with another pitch and clips without a pitch are left out, and the report's warnings have their number. In the
/// published test part of NSynth, 0.8 % of the notes have another pitch.
///
/// - Throws: ``EvaluationError/noPitches(layout:)`` if no clip has a pitch,
///   ``EvaluationError/pitchOutOfRange(path:pitch:)`` if no pitch is in ``PitchReport/pitches``.
public func probePitch(
    dataset: AudioDataset, encoders: [(name: String, encoder: any ViewEncoder)],
    options: ClipProbeOptions = ClipProbeOptions(), report: (String) -> Void = { _ in }
) throws -> PitchReport {
    let (notes, lost) = try EvaluationError.naming(dataset) { try pitchedNotes(of: dataset) }
    for warning in lost { report("warning: \(warning)") }
    let source = ProbeSource(dataset, options)
    let outcomes = try EvaluationError.naming(dataset) {
        try clipOutcomes(
            notes, classes: PitchReport.pitches.count,
            division: options.division ?? Division.standard(for: notes), encoders: encoders, options: options,
            report: report, source: source.open)
    }
    let warnings = source.warnings + outcomes.compactMap { $0.outcome.convergence.warning($0.name) }
    for warning in warnings { report("warning: \(warning)") }
    let bootstrap = Bootstrap(resamples: options.resamples, seed: options.seed)
    let subject = outcomes[0]
    let first = PitchReport.Scores(subject.outcome.confusions, bootstrap: bootstrap)
    var (baselines, leads): ([String: PitchReport.Scores], [String: ProbeScore]) = ([:], [:])
    for baseline in outcomes.dropFirst() {
        baselines[baseline.name] = PitchReport.Scores(baseline.outcome.confusions, bootstrap: bootstrap)
        leads[baseline.name] = subject.outcome.lead(over: baseline.outcome, bootstrap: bootstrap)
    }
    return PitchReport(
        value: first.pitch.value, ci95: first.pitch.ci95, scores: first, method: options.method.name,
        embedding: encoders.first?.encoder.readNames,
        trainingClips: subject.outcome.meanTrainingClips, testClips: subject.outcome.confusion.total,
        baselines: baselines, leads: leads,
        variants: Dictionary(
            uniqueKeysWithValues: outcomes.compactMap { each in each.variant.map { (each.name, $0) } }),
        layout: dataset.layout.rawValue, seed: options.seed, warnings: lost + warnings)
}

/// The clips of a data set with their pitches as labels, and sentences about the clips that are left out. Their label
/// is nil.
private func pitchedNotes(of dataset: AudioDataset) throws(EvaluationError) -> (notes: [Clip], warnings: [String]) {
    let range = PitchReport.pitches
    let pitched = dataset.clips.compactMap { clip in clip.pitch.map { (clip: clip, pitch: $0) } }
    let unpitched = dataset.clips.filter { $0.pitch == nil }
    let outside = pitched.filter { !range.contains($0.pitch) }
    guard !pitched.isEmpty else { throw .noPitches(layout: dataset.layout.rawValue) }
    if let first = outside.first, outside.count == pitched.count {
        throw .pitchOutOfRange(path: first.clip.path, pitch: first.pitch)
    }
    var warnings: [String] = []
    if let first = unpitched.first {
        warnings.append(
            countedSentence(
                unpitched.count, of: dataset.clips.count, "clips have no pitch and were left out", first: first.path))
    }
    if let first = outside.first {
        warnings.append(
            countedSentence(
                outside.count, of: pitched.count,
                "notes have a pitch outside of MIDI notes \(range.lowerBound) (A0) to \(range.upperBound) (C8) and were "
                    + "left out", first: "\(first.clip.path) has the pitch \(first.pitch)"))
    }
    let notes = dataset.clips.map { clip in
        clip.labelled(clip.pitch.flatMap { range.contains($0) ? $0 - range.lowerBound : nil })
    }
    return (notes, warnings)
}
