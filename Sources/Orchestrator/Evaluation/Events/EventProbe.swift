/// How recordings' events are probed.
public struct EventProbeOptions: Sendable, Equatable {
    /// Seconds from one frame to the next; nil: the encoder's own.
    public var hopSeconds: Double? = 0.08
    public var classifier = FrameClassifier.Options()
    public var medianSeconds = 0.25
    /// Tried on the validation part; the pair with the best onset F-measure is used.
    public var minimumSeconds = [0.125, 0.25]
    /// Low ones too: where a class sounds in one frame of thirty, a weak encoder's probabilities are small.
    public var thresholds: [Float] = [0.01, 0.02, 0.05] + (1...9).map { Float($0) / 10 }
    /// Between a predicted onset and the true one.
    public var collarSeconds = 0.2
    public var segmentSeconds = 1.0
    public var resamples = 1000
    public var seed: UInt64 = 0

    public init() {}
}

/// How well events are found, as `ossicle probe events --json` prints it.
public struct EventReport: Sendable, Codable, Equatable {
    /// What one set of vectors reached on the test part.
    public struct Scores: Sendable, Codable, Equatable {
        /// Onset F-measure of all labels together.
        public var onset: ProbeScore
        public var segmentF: Double
        public var segmentErrorRate: Double
        public var psds: Double
        /// Chosen on the validation part.
        public var threshold: Double
        public var minimumSeconds: Double

        enum CodingKeys: String, CodingKey {
            case onset
            case psds
            case threshold
            case segmentF = "segment_f"
            case segmentErrorRate = "segment_error_rate"
            case minimumSeconds = "minimum_seconds"
        }
    }

    /// `onset_f`.
    public var metric = "onset_f"
    public var value: Double
    public var ci95: Interval
    public var scores: Scores
    public var hopSeconds: Double
    /// Recordings.
    public var trainingClips: Int
    public var testClips: Int
    public var classes: [String]
    public var baselines: [String: Scores]
    public var seed: UInt64

    enum CodingKeys: String, CodingKey {
        case metric
        case value
        case ci95
        case scores
        case classes
        case baselines
        case seed
        case hopSeconds = "hop_seconds"
        case trainingClips = "n_train"
        case testClips = "n_test"
    }
}

/// Probes which events sound when: frames at a constant hop, a sigmoid a class, and events from runs of active frames.
public struct EventProbe {
    public let layout: EventsLayout
    public let options: EventProbeOptions

    /// One encoder's results: its scores, and the events that it predicts in the test part by recording.
    public struct Outcome: Sendable {
        public let scores: EventReport.Scores
        public let hopSeconds: Double
        public let predictions: [(recording: EventRecording, seconds: Double, events: [SoundEvent])]
    }

    private let train: [Int]
    private let validation: [Int]
    private let test: [Int]

    /// - Throws: ``EvaluationError/emptyEventPart(name:)`` without a training, validation or test part;
    ///   ``EvaluationError/unknownLabel(path:label:)`` where an event could not have been learned.
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

    /// - Parameter encoders: of frames; the first one is reported, the others are its baselines.
    public func report(
        _ encoders: [(name: String, encoder: any ViewEncoder)], tell: (String) -> Void = { _ in }
    ) throws -> (report: EventReport, outcome: Outcome) {
        let outcomes = try encoders.map { name, encoder in
            let outcome = try run(encoder)
            tell("\(name): onset F \(outcome.scores.onset.value)")
            return (name: name, outcome: outcome)
        }
        guard let first = outcomes.first?.outcome else { throw EvaluationError.noEncoders }
        let report = EventReport(
            value: first.scores.onset.value, ci95: first.scores.onset.ci95, scores: first.scores,
            hopSeconds: first.hopSeconds, trainingClips: train.count, testClips: test.count, classes: layout.labels,
            baselines: Dictionary(
                outcomes.dropFirst().map { ($0.name, $0.outcome.scores) }, uniquingKeysWith: { first, _ in first }),
            seed: options.seed)
        return (report, first)
    }

    /// Trains on the train part, chooses on the validation part, scores on the test part.
    public func run(_ encoder: any ViewEncoder) throws -> Outcome {
        let embedder = try FrameEmbedder(encoder: encoder, hopSeconds: options.hopSeconds)
        let rate = encoder.frontend.sampleRate
        var vectors = ClipVectors(dimension: encoder.dimension)
        var lengths: [Double] = []
        for recording in layout.recordings {
            var samples = try AudioFile.read(recording.path, sampleRate: rate)
            lengths.append(Double(samples.count) / Double(rate))
            if encoder.level > 0 {
                let gain = Level.gain(rms: Level.rms(samples), target: encoder.level)
                for i in samples.indices { samples[i] *= gain }
            }
            vectors.append(embedder(samples))
        }
        var classifierOptions = options.classifier
        classifierOptions.seed = options.seed
        let classifier = FrameClassifier(
            training: vectors, activity: activity(vectors, hop: embedder.hopSeconds), recordings: train,
            classes: layout.labels.count, options: classifierOptions)
        var probabilities: [Int: [Float]] = [:]
        for index in validation + test { probabilities[index] = classifier.probabilities(vectors, recording: index) }

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
            hopSeconds: embedder.hopSeconds,
            predictions: found.map { (layout.recordings[$0.index], lengths[$0.index], $0.events) })
    }

    /// (rows, classes): 1 where an event covers the middle of the frame.
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
            onset: ProbeScore(value: value, ci95: ci95), segmentF: segments.counts.overall().f ?? 0,
            segmentErrorRate: segments.errorRate.total ?? 0, psds: psds.value ?? 0, threshold: Double(threshold),
            minimumSeconds: minimum)
    }
}
