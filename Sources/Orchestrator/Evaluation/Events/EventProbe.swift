import OssicleAudio
import OssicleBase
import OssicleData
import OssicleKernels
import OssicleModels
import OssicleStatistics

/// A probe of sound event detection. It classifies frames at a constant hop, with one sigmoid per class, and converts
/// runs of active frames to events.
public struct EventProbe {
    /// The recordings of the three parts with their annotated events.
    public let layout: EventsLayout
    public let options: EventProbeOptions

    /// The result of one encoder: its scores, and the events that it predicts in each test recording.
    public struct Outcome: Sendable {
        public let scores: EventReport.Scores
        /// The onset F-measure on the validation part, with the threshold and the minimum duration that were chosen
        /// there.
        public let validationF: Double
        /// The time from one frame to the next, in seconds.
        public let hopSeconds: Double
        /// Each test recording with its length in seconds and its predicted events.
        public let predictions: [(recording: EventRecording, seconds: Double, events: [SoundEvent])]
    }

    private let train: [Int]
    private let validation: [Int]
    private let test: [Int]

    /// - Throws: ``EvaluationError/emptyEventPart(name:)`` if the training, validation or test part is empty;
    ///   ``EvaluationError/unknownLabel(path:label:)`` if a label of the validation or test part does not occur in the
    ///   training part.
    public init(layout: EventsLayout, options: EventProbeOptions = EventProbeOptions()) throws(EvaluationError) {
        self.layout = layout
        self.options = options
        func part(_ split: Clip.Split, _ name: String) throws(EvaluationError) -> [Int] {
            let found = layout.recordings.indices.filter { layout.recordings[$0].split == split }
            guard !found.isEmpty else { throw .emptyEventPart(name: name) }
            return found
        }
        train = try part(.train, "train")
        validation = try part(.validation, "validation")
        test = try part(.test, "test")
        let learned = Set(train.flatMap { layout.recordings[$0].events.map(\.label) })
        for recording in (validation + test).map({ layout.recordings[$0] }) {
            for event in recording.events where !learned.contains(event.label) {
                throw .unknownLabel(path: recording.annotation, label: event.label)
            }
        }
    }

    /// Evaluates encoders, and compares the first one with the others.
    ///
    /// - Parameters:
    ///   - encoders: encoders of frames. The first one is evaluated, and the others are its baselines. If several
    ///     encoders have one name, the one that is best on the validation part is reported.
    ///   - tell: receives a line of text for each encoder.
    /// - Returns: the report, and the result of the first encoder.
    public func report(
        _ encoders: [(name: String, encoder: any ViewEncoder)], tell: (String) -> Void = { _ in }
    ) throws -> (report: EventReport, outcome: Outcome) {
        var outcomes: [(name: String, variant: String?, outcome: Outcome)] = []
        for (name, encoder) in encoders {
            let outcome = try run(encoder)
            tell("\(name): onset F \(outcome.scores.onset.value)")
            if let rival = outcomes.firstIndex(where: { $0.name == name }) {
                guard outcome.validationF > outcomes[rival].outcome.validationF else { continue }
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
            seed: options.seed)
        return (report, first)
    }

    /// The difference between the onset F-measures of two outcomes, over the same resamples of the test recordings.
    private func lead(of outcome: Outcome, over other: Outcome) -> ProbeScore {
        let pairs = zip(outcome.predictions, other.predictions).enumerated().map { place, both in
            (counts(test[place], both.0.events), counts(test[place], both.1.events))
        }
        let (value, ci95) = Bootstrap(resamples: options.resamples, seed: options.seed).statistic(of: pairs) { pairs in
            let sums = pairs.reduce((DetectionCounts(), DetectionCounts())) { ($0.0 + $1.0, $0.1 + $1.1) }
            return (sums.0.fMeasure().f ?? 0) - (sums.1.fMeasure().f ?? 0)
        }
        return ProbeScore(value: value, ci95: ci95, clips: test.count)
    }

    /// Evaluates one encoder. It trains on the training part, chooses the settings on the validation part, and computes
    /// the scores on the test part.
    public func run(_ encoder: any ViewEncoder) throws -> Outcome {
        let embedder = try FrameEmbedder(encoder: encoder, hopSeconds: options.hopSeconds)
        let training = try ClipEmbedder(encoder: encoder)
        let sampleRate = encoder.frontend.sampleRate
        var failure: String?
        func open(_ index: Int) throws(AudioError) -> ClipStream {
            try ClipStream.recording(
                layout.recordings[index].path, sampleRate: sampleRate, level: encoder.level
            ) { failure = $0 }
        }
        try training.calibrate(on: train) { try? open($0) }
        var vectors = ClipVectors(dimension: encoder.dimension)
        var lengths: [Double] = []
        for index in layout.recordings.indices {
            let recording = try open(index)
            lengths.append(Double(recording.count) / Double(sampleRate))
            guard let frames = embedder(recording) else {
                throw EvaluationError.unreadable(reason: failure ?? layout.recordings[index].path)
            }
            vectors.append(frames)
        }
        try vectors.expectNumbers()
        let probabilities = try probabilities(vectors, activity: activity(vectors, hop: embedder.hopSeconds))

        func events(_ index: Int, _ threshold: Float, _ minimum: Double) -> [SoundEvent] {
            EventDecoder(
                hopSeconds: embedder.hopSeconds, threshold: threshold, medianSeconds: options.medianSeconds,
                minimumSeconds: minimum)(probabilities[index] ?? [], labels: layout.labels, seconds: lengths[index])
        }
        var best = (f: -1.0, threshold: Float(0.5), minimum: 0.0)
        for minimum in options.minimumSeconds {
            for threshold in options.thresholds {
                let f = onsetF(validation.map { ($0, events($0, threshold, minimum)) })
                if f > best.f { best = (f, threshold, minimum) }
            }
        }
        let found = test.map { (index: $0, events: events($0, best.threshold, best.minimum)) }
        let points = options.thresholds.map { threshold in test.map { events($0, threshold, best.minimum) } }
        return Outcome(
            scores: scores(found, points, lengths: lengths, threshold: best.threshold, minimum: best.minimum),
            validationF: best.f, hopSeconds: embedder.hopSeconds,
            predictions: found.map { (layout.recordings[$0.index], lengths[$0.index], $0.events) })
    }

    /// The probabilities of each recording of the validation and test parts, (frames, classes), by the index of the
    /// recording.
    private func probabilities(_ vectors: ClipVectors, activity: [Float]) throws -> [Int: [Float]] {
        let classes = layout.labels.count
        let predict: (Int) -> [Float]
        switch options.method {
        case .logistic(var method):
            (method.seed, method.threads) = (options.seed, options.threads)
            let frames = try LogisticFrames(
                training: vectors, activity: activity, recordings: train, validation: validation, classes: classes,
                options: method)
            predict = { frames.probabilities(vectors, recording: $0) }
        case .paper(var method):
            method.seed = options.seed
            let frames = FrameClassifier(
                training: vectors, activity: activity, recordings: train, classes: classes, options: method)
            predict = { frames.probabilities(vectors, recording: $0) }
        }
        return Dictionary(uniqueKeysWithValues: (validation + test).map { ($0, predict($0)) })
    }

    /// The targets of all frames, (rows, classes): 1 if an event of the class covers the middle of the frame, else 0.
    private func activity(_ vectors: ClipVectors, hop: Double) -> [Float] {
        var active = [Float](repeating: 0, count: vectors.rows * layout.labels.count)
        let places = Dictionary(uniqueKeysWithValues: layout.labels.enumerated().map { ($1, $0) })
        for (index, recording) in layout.recordings.enumerated() {
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

    private func counts(_ index: Int, _ events: [SoundEvent]) -> DetectionCounts {
        var counts = EventBasedCounts(labels: layout.labels, collarSeconds: options.collarSeconds)
        counts.add(reference: layout.recordings[index].events, prediction: events)
        return counts.counts.reduce(DetectionCounts(), +)
    }

    private func onsetF(_ found: [(index: Int, events: [SoundEvent])]) -> Double {
        found.map { counts($0.index, $0.events) }.reduce(DetectionCounts(), +).fMeasure().f ?? 0
    }

    private func scores(
        _ found: [(index: Int, events: [SoundEvent])], _ points: [[[SoundEvent]]], lengths: [Double], threshold: Float,
        minimum: Double
    ) -> EventReport.Scores {
        var segments = SegmentBasedCounts(labels: layout.labels, segmentSeconds: options.segmentSeconds)
        for (index, events) in found {
            segments.add(reference: layout.recordings[index].events, prediction: events, seconds: lengths[index])
        }
        var psds = PSDS(
            recordings: test.map {
                PSDS.Recording(reference: layout.recordings[$0].events, seconds: lengths[$0])
            })
        for point in points { psds.add(predictions: point) }
        let single = found.map { counts($0.index, $0.events) }
        let (value, ci95) = Bootstrap(resamples: options.resamples, seed: options.seed).statistic(of: single) {
            $0.reduce(DetectionCounts(), +).fMeasure().f ?? 0
        }
        return EventReport.Scores(
            onset: ProbeScore(value: value, ci95: ci95, clips: test.count), segmentF: segments.counts.overall().f ?? 0,
            segmentErrorRate: segments.errorRate.total ?? 0, psds: psds.value ?? 0, threshold: Double(threshold),
            minimumSeconds: minimum)
    }
}
