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

        /// - Parameter confusions: the confusion matrix of ``PitchReport/pitches`` for each fold.
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
            func score(_ scores: [[Double]]) -> ProbeScore {
                let (value, ci95) = bootstrap.mean(ofFolds: scores)
                return ProbeScore(value: value, ci95: ci95, clips: notes)
            }
            pitch = score(pitchScores)
            chroma = score(chromaScores)
            meanErrorSemitones = Double(distance) / Double(max(1, notes))
            self.octaves = Dictionary(uniqueKeysWithValues: octaves.map { ("\($0)", $1) })
        }
    }

    /// The pitches that the probe distinguishes.
    public static let pitches = 21...108

    /// The name of ``value``: `pitch_accuracy`.
    public var metric = "pitch_accuracy"
    /// The pitch accuracy of the first encoder.
    public var value: Double
    /// The confidence interval of ``value``.
    public var ci95: Interval
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
    /// Warnings about notes that could not be decoded, as in ``ProbeReport/warnings``.
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
/// - Throws: ``EvaluationError/noPitches(layout:)`` if no clip has a pitch,
///   ``EvaluationError/pitchOutOfRange(path:pitch:)`` if a pitch is not in ``PitchReport/pitches``.
public func probePitch(
    dataset: AudioDataset, encoders: [(name: String, encoder: any ViewEncoder)],
    options: ClipProbeOptions = ClipProbeOptions(), report: (String) -> Void = { _ in }
) throws -> PitchReport {
    let notes = try dataset.clips.map { clip throws(EvaluationError) in
        if let pitch = clip.pitch, !PitchReport.pitches.contains(pitch) {
            throw .pitchOutOfRange(path: clip.path, pitch: pitch)
        }
        return clip.labelled(clip.pitch.map { $0 - PitchReport.pitches.lowerBound })
    }
    guard notes.contains(where: { $0.label != nil }) else {
        throw EvaluationError.noPitches(layout: dataset.layout.rawValue)
    }
    let source = ProbeSource(dataset, options)
    let outcomes = try clipOutcomes(
        notes, classes: PitchReport.pitches.count,
        division: options.division ?? Division.standard(for: notes), encoders: encoders, options: options,
        report: report, source: source.open)
    for warning in source.warnings { report("warning: \(warning)") }
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
        layout: dataset.layout.rawValue, seed: options.seed, warnings: source.warnings)
}
