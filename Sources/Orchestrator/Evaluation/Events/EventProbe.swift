import OssicleAudio
import OssicleBase
import OssicleData
import OssicleKernels
import OssicleModels
import OssicleStatistics

/// A probe of sound event detection. It classifies frames at a constant hop, with one sigmoid per class, and converts
/// runs of active frames to events.
public struct EventProbe {
    /// The recordings of the three parts with their annotated events, which lie within the recordings
    /// (``EventsLayout/fitted()``).
    public let layout: EventsLayout
    public let options: EventProbeOptions

    /// The result of one encoder: its scores, and the events that it predicts in each test recording.
    public struct Outcome: Sendable {
        public let scores: EventReport.Scores
        /// The onset F-measure on the validation part, with the threshold and the minimum duration that were chosen
        /// there; nil if the validation part has no events.
        public let validationF: Double?
        /// The time from one frame to the next, in seconds.
        public let hopSeconds: Double
        /// Each test recording with its length in seconds and its predicted events.
        public let predictions: [(recording: EventRecording, seconds: Double, events: [SoundEvent])]
        /// Warnings, as in ``EventReport/warnings``.
        public let warnings: [String]
    }

    private let train: [Int]
    private let validation: [Int]
    private let test: [Int]

    /// Opens the headers of the recordings, and compares the annotated events with the lengths of the recordings.
    ///
    /// - Throws: ``EvaluationError/emptyEventPart(path:name:)`` if the training, validation or test part is empty;
    ///   ``EvaluationError/noEvents(path:part:)`` if there are no events, or none in the training part;
    ///   ``EvaluationError/unknownLabel(path:label:)`` if a label of the validation or test part does not occur in the
    ///   training part; the errors of ``EventsLayout/fitted()``.
    public init(layout: EventsLayout, options: EventProbeOptions = EventProbeOptions()) throws {
        let divided = layout.divided
        func part(_ split: Clip.Split, _ name: String) throws(EvaluationError) -> [Int] {
            let found = divided.recordings.indices.filter { divided.recordings[$0].split == split }
            guard !found.isEmpty else { throw .emptyEventPart(path: layout.root, name: name) }
            return found
        }
        train = try part(.train, "train")
        validation = try part(.validation, "validation")
        test = try part(.test, "test")
        let layout = try divided.fitted()
        self.layout = layout
        self.options = options
        guard layout.recordings.contains(where: { !$0.events.isEmpty }) else {
            throw EvaluationError.noEvents(path: layout.root, part: nil)
        }
        guard Self.hasEvents(train, of: layout.recordings) else {
            throw EvaluationError.noEvents(path: layout.root, part: "training")
        }
        let learned = Set(train.flatMap { layout.recordings[$0].events.map(\.label) })
        for recording in (validation + test).map({ layout.recordings[$0] }) {
            for event in recording.events where !learned.contains(event.label) {
                throw EvaluationError.unknownLabel(path: recording.annotation, label: event.label)
            }
        }
    }

    /// Whether one of the recordings has an annotated event.
    private static func hasEvents(_ part: [Int], of recordings: [EventRecording]) -> Bool {
        part.contains { !recordings[$0].events.isEmpty }
    }

    /// Evaluates encoders, and compares the first one with the others.
    ///
    /// - Parameters:
    ///   - encoders: encoders of frames. The first one is evaluated, and the others are its baselines. If several
    ///     encoders have one name, the one that is best on the validation part is reported, or the first one if the
    ///     validation part has no events.
    ///   - tell: receives a line of text for each encoder and each warning.
    /// - Returns: the report, and the result of the first encoder.
    public func report(
        _ encoders: [(name: String, encoder: any ViewEncoder)], tell: (String) -> Void = { _ in }
    ) throws -> (report: EventReport, outcome: Outcome) {
        var outcomes: [(name: String, variant: String?, outcome: Outcome)] = []
        var warnings: [String] = []
        func warn(_ sentences: [String]) {
            for sentence in sentences where !warnings.contains(sentence) {
                warnings.append(sentence)
                tell("warning: \(sentence)")
            }
        }
        warn(layout.warnings)
        for (name, encoder) in encoders {
            let outcome = try run(encoder, name: name)
            warn(outcome.warnings)
            tell("\(name): onset F \(outcome.scores.onset.value.map { "\($0)" } ?? "undefined")")
            if let rival = outcomes.firstIndex(where: { $0.name == name }) {
                guard let own = outcome.validationF, own > outcomes[rival].outcome.validationF ?? -1 else { continue }
                outcomes[rival] = (name, encoder.variant, outcome)
            } else {
                outcomes.append((name, encoder.variant, outcome))
            }
        }
        guard let first = outcomes.first?.outcome else { throw EvaluationError.noEncoders }
        let report = EventReport(
            value: first.scores.onset.value, ci95: first.scores.onset.ci95, scores: first.scores,
            method: options.method.name, embedding: encoders.first?.encoder.readNames, hopSeconds: first.hopSeconds,
            trainingClips: train.count, testClips: test.count, classes: layout.labels,
            baselines: Dictionary(uniqueKeysWithValues: outcomes.dropFirst().map { ($0.name, $0.outcome.scores) }),
            leads: Dictionary(
                uniqueKeysWithValues: outcomes.dropFirst().map { ($0.name, lead(of: first, over: $0.outcome)) }),
            variants: Dictionary(
                uniqueKeysWithValues: outcomes.compactMap { each in each.variant.map { (each.name, $0) } }),
            seed: options.seed, warnings: warnings)
        return (report, first)
    }

    /// The difference between the onset F-measures of two outcomes, over the same resamples of the test recordings.
    private func lead(of outcome: Outcome, over other: Outcome) -> EventScore {
        let pairs = zip(outcome.predictions, other.predictions).map { own, others in
            (counts(own.recording, own.events), counts(others.recording, others.events))
        }
        return EventScore(of: pairs, bootstrap: bootstrap) { pairs in
            let sums = pairs.reduce((DetectionCounts(), DetectionCounts())) { ($0.0 + $1.0, $0.1 + $1.1) }
            guard let own = sums.0.fMeasure().f, let others = sums.1.fMeasure().f else { return nil }
            return own - others
        }
    }

    private var bootstrap: Bootstrap { Bootstrap(resamples: options.resamples, seed: options.seed) }

    /// Evaluates one encoder. It trains on the training part, chooses the settings on the validation part, and computes
    /// the scores on the test part. Settings cannot be chosen on a validation part without events: the threshold is
    /// then ``EventProbeOptions/fallbackThreshold``, and a fifth of the training part chooses the penalty.
    ///
    /// - Parameter name: the name of the encoder in warnings.
    public func run(_ encoder: any ViewEncoder, name: String = "run") throws -> Outcome {
        let embedder = try FrameEmbedder(encoder: encoder, hopSeconds: options.hopSeconds)
        let training = try ClipEmbedder(encoder: encoder)
        let sampleRate = encoder.frontend.sampleRate
        var failure: String?
        func open(_ index: Int, warn: (AudioShortfall) -> Void) throws(AudioError) -> ClipStream {
            try ClipStream.recording(
                layout.recordings[index].path, sampleRate: sampleRate, level: encoder.level,
                fail: { failure = $0 }, warn: warn)
        }
        try training.calibrate(on: train) { try? open($0) { _ in } }
        var vectors = ClipVectors(dimension: encoder.dimension)
        var lengths: [Double] = []
        // A file that is cut off is shorter than its header states.
        var recordings = layout.recordings
        var cutOff: [AudioDataset.Skipped] = []
        var lostEvents = 0
        for index in recordings.indices {
            var shortfall: AudioShortfall?
            let recording = try open(index) { shortfall = $0 }
            let seconds = Double(recording.count) / Double(sampleRate)
            lengths.append(seconds)
            guard seconds > 0 else {
                throw EvaluationError.unreadable(
                    reason: shortfall?.description ?? "\(recordings[index].path) has no samples")
            }
            guard let frames = embedder(recording) else {
                throw EvaluationError.unreadable(reason: failure ?? recordings[index].path)
            }
            vectors.append(frames)
            if let shortfall {
                cutOff.append(.init(path: recordings[index].path, reason: shortfall.description))
                recordings[index] = recordings[index].cutOff(at: seconds)
                lostEvents += layout.recordings[index].events.count - recordings[index].events.count
            }
        }
        try vectors.expectNumbers()
        guard Self.hasEvents(train, of: recordings) else {
            throw EvaluationError.noEvents(path: layout.root, part: "training")
        }
        let canChoose = Self.hasEvents(validation, of: recordings)
        let (probabilities, convergence) = try probabilities(
            vectors, activity: activity(recordings, vectors, hop: embedder.hopSeconds),
            validation: canChoose ? validation : [])

        func events(_ index: Int, _ threshold: Float, _ minimum: Double) -> [SoundEvent] {
            EventDecoder(
                hopSeconds: embedder.hopSeconds, threshold: threshold, medianSeconds: options.medianSeconds,
                minimumSeconds: minimum)(probabilities[index] ?? [], labels: layout.labels, seconds: lengths[index])
        }
        var best = (
            f: Double?.none, threshold: options.fallbackThreshold, minimum: options.minimumSeconds.first ?? 0
        )
        for minimum in options.minimumSeconds where canChoose {
            for threshold in options.thresholds {
                let found = validation.map { counts(recordings[$0], events($0, threshold, minimum)) }
                let f = found.reduce(DetectionCounts(), +).fMeasure().f
                if let f, f > best.f ?? -1 { best = (f, threshold, minimum) }
            }
        }
        let found = test.map { (recordings[$0], lengths[$0], events($0, best.threshold, best.minimum)) }
        let points = options.thresholds.map { threshold in test.map { events($0, threshold, best.minimum) } }
        let scores = scores(found, points, threshold: best.threshold, minimum: best.minimum)
        var warnings = DecodingReport(clips: recordings.count, cutOff: cutOff).warnings
        if lostEvents > 0 {
            warnings.append(
                "\(lostEvents) \(lostEvents == 1 ? "event was" : "events were") left out because the files of the "
                    + "recordings are cut off")
        }
        if !canChoose { warnings.append(fallbackWarning(best.threshold, best.minimum)) }
        if let sentence = undefinedWarning(scores.onset) { warnings.append(sentence) }
        if let sentence = convergence.warning(name) { warnings.append(sentence) }
        return Outcome(
            scores: scores, validationF: best.f, hopSeconds: embedder.hopSeconds, predictions: found,
            warnings: warnings)
    }

    private func fallbackWarning(_ threshold: Float, _ minimum: Double) -> String {
        "the validation part has no events to choose settings with: the threshold is \(threshold), the minimum duration "
            + "\(minimum) s, and baselines are not chosen among their variants"
    }

    private func undefinedWarning(_ onset: EventScore) -> String? {
        guard onset.value != nil else {
            return "the test part has no events, so onset F, segment F, error rate and PSDS are undefined"
        }
        guard onset.undefinedResamples > 0 else { return nil }
        let effect =
            onset.ci95 == nil ? "so there are no confidence intervals" : "and were left out of the confidence intervals"
        return "\(onset.undefinedResamples) of \(options.resamples) resamples of the test recordings have no events, "
            + effect
    }

    /// The probabilities of each recording of the validation and test parts, (frames, classes), by the index of the
    /// recording.
    ///
    /// - Parameter chosen: the recordings that choose the penalty; if there are none, a fifth of the training part.
    private func probabilities(
        _ vectors: ClipVectors, activity: [Float], validation chosen: [Int]
    ) throws -> ([Int: [Float]], Convergence) {
        var convergence = Convergence()
        let classes = layout.labels.count
        let predict: (Int) -> [Float]
        switch options.method {
        case .logistic(var method):
            (method.seed, method.threads) = (options.seed, options.threads)
            let frames = try LogisticFrames(
                training: vectors, activity: activity, recordings: train, validation: chosen, classes: classes,
                options: method)
            convergence.add(frames.regression)
            predict = { frames.probabilities(vectors, recording: $0) }
        case .paper(var method):
            method.seed = options.seed
            let frames = FrameClassifier(
                training: vectors, activity: activity, recordings: train, classes: classes, options: method)
            predict = { frames.probabilities(vectors, recording: $0) }
        }
        return (Dictionary(uniqueKeysWithValues: (validation + test).map { ($0, predict($0)) }), convergence)
    }

    /// The targets of all frames, (rows, classes): 1 if an event of the class covers the middle of the frame, else 0.
    private func activity(_ recordings: [EventRecording], _ vectors: ClipVectors, hop: Double) -> [Float] {
        var active = [Float](repeating: 0, count: vectors.rows * layout.labels.count)
        let places = Dictionary(uniqueKeysWithValues: layout.labels.enumerated().map { ($1, $0) })
        for (index, recording) in recordings.enumerated() {
            let rows = vectors.rows(of: index)
            for event in recording.events {
                guard let place = places[event.label] else { continue }
                for row in rows {
                    let middle = (Double(row - rows.lowerBound) + 0.5) * hop
                    if event.onset <= middle, middle < event.offset { active[row * layout.labels.count + place] = 1 }
                }
            }
        }
        return active
    }

    private func counts(_ recording: EventRecording, _ events: [SoundEvent]) -> DetectionCounts {
        var counts = EventBasedCounts(labels: layout.labels, collarSeconds: options.collarSeconds)
        counts.add(reference: recording.events, prediction: events)
        return counts.counts.reduce(DetectionCounts(), +)
    }

    /// - Parameter points: the predicted events of each test recording for each threshold.
    private func scores(
        _ found: [(recording: EventRecording, seconds: Double, events: [SoundEvent])], _ points: [[[SoundEvent]]],
        threshold: Float, minimum: Double
    ) -> EventReport.Scores {
        var segments = SegmentBasedCounts(labels: layout.labels, segmentSeconds: options.segmentSeconds)
        for (recording, seconds, events) in found {
            segments.add(reference: recording.events, prediction: events, seconds: seconds)
        }
        var psds = PSDS(recordings: found.map { PSDS.Recording(reference: $0.recording.events, seconds: $0.seconds) })
        for point in points { psds.add(predictions: point) }
        let single = found.map { counts($0.recording, $0.events) }
        let onset = EventScore(of: single, bootstrap: bootstrap) { $0.reduce(DetectionCounts(), +).fMeasure().f }
        return EventReport.Scores(
            onset: onset, segmentF: segments.counts.overall().f, segmentErrorRate: segments.errorRate.total,
            psds: psds.value, threshold: Double(threshold), minimumSeconds: minimum)
    }
}
