import OssicleBase

/// The polyphonic sound detection score of a system with all its operating points, as `psds_eval` computes it, staircase:
///
///     eFPR_c = FPR_c + alphaCT·mean_{k≠c} CTR_ck           false positives and cross-triggers per hour
///     TPR_c(e) = max { TPR_c of the operating points with eFPR_c ≤ e },  0 without one
///     eTPR(e) = max(0, mean_c TPR_c(e) − alphaST·std_c TPR_c(e))
///     PSDS = 1/emax · ∫_0^emax eTPR(e) de
///
/// Labels are those of the reference; others that are predicted do not count. Overlapping events of one label are merged
/// first, where psds_eval refuses them.
///
/// *Reference:* Bilen, Ferroni, Tuveri, Azcarreta, Krstulović, "A framework for the robust evaluation of sound event
/// detection", ICASSP 2020.
public struct PSDS: Sendable {
    /// When a detection is right, and what errors cost.
    public struct Criteria: Sendable, Equatable {
        /// Least share of a detection within reference events of its label (detection tolerance).
        public var dtc: Double
        /// Least share of a reference event covered by such detections (ground truth intersection).
        public var gtc: Double
        /// Least share of a wrong detection within events of another label to be its cross-trigger.
        public var cttc: Double
        public var alphaCT: Double
        public var alphaST: Double
        /// emax, per hour.
        public var maximumEFPR: Double

        public init(
            dtc: Double = 0.5, gtc: Double = 0.5, cttc: Double = 0.3, alphaCT: Double = 0, alphaST: Double = 0,
            maximumEFPR: Double = 100
        ) {
            precondition(maximumEFPR > 0, "the score is a mean up to a rate above 0")
            self.dtc = dtc
            self.gtc = gtc
            self.cttc = cttc
            self.alphaCT = alphaCT
            self.alphaST = alphaST
            self.maximumEFPR = maximumEFPR
        }

        /// DCASE 2021 task 4, scenario 1: exact times matter.
        public static let exactTimes = Criteria(dtc: 0.7, gtc: 0.7, alphaST: 1)
        /// DCASE 2021 task 4, scenario 2: exact labels matter.
        public static let exactLabels = Criteria(dtc: 0.1, gtc: 0.1, alphaCT: 0.5, alphaST: 1)
    }

    public struct Recording: Sendable {
        public var reference: [SoundEvent]
        public var seconds: Double

        public init(reference: [SoundEvent], seconds: Double) {
            self.reference = reference
            self.seconds = seconds
        }
    }

    /// What one operating point does, a value a label.
    public struct OperatingPoint: Sendable, Equatable {
        public var truePositiveRatio: [Double]
        /// Per hour.
        public var effectiveFPR: [Double]
    }

    public let criteria: Criteria
    /// Those of the reference, sorted.
    public let labels: [String]
    public private(set) var points: [OperatingPoint] = []
    private let recordings: [Recording]
    private let referenceCounts: [Double]
    private let referenceHours: [Double]
    private let totalHours: Double

    public init(recordings: [Recording], criteria: Criteria = Criteria()) {
        precondition(recordings.allSatisfy { $0.seconds > 0 }, "recordings have a length")
        self.criteria = criteria
        self.recordings = recordings.map { Recording(reference: $0.reference.merged(), seconds: $0.seconds) }
        let events = self.recordings.flatMap(\.reference)
        labels = Set(events.map(\.label)).sorted()
        let byLabel = Dictionary(grouping: events, by: \.label)
        referenceCounts = labels.map { Double(byLabel[$0, default: []].count) }
        referenceHours = labels.map { byLabel[$0, default: []].reduce(0) { $0 + $1.seconds } / 3600 }
        totalHours = recordings.reduce(0) { $0 + $1.seconds } / 3600
    }

    /// Adds an operating point: what the system says of each recording at one threshold.
    public mutating func add(predictions: [[SoundEvent]]) {
        precondition(predictions.count == recordings.count, "a list of events a recording")
        var counts = IntersectionCounts(labels: labels)
        for (recording, prediction) in zip(recordings, predictions) {
            counts.add(recording: recording, prediction: prediction.merged(), criteria: criteria)
        }
        let rates = labels.indices.map { label in
            let others = labels.indices.filter { $0 != label }
            let crossTriggers = others.reduce(0) { $0 + counts.crossTriggers[label][$1] / referenceHours[$1] }
            return counts.falsePositives[label] / totalHours
                + (others.isEmpty ? 0 : criteria.alphaCT * crossTriggers / Double(others.count))
        }
        points.append(
            OperatingPoint(
                truePositiveRatio: zip(counts.truePositives, referenceCounts).map { $0 / $1 }, effectiveFPR: rates))
    }

    /// 0 where nothing is right, 1 where all is found without an error; nil without reference events.
    public var value: Double? {
        guard !labels.isEmpty else { return nil }
        let steps = curve.prefix { $0.effectiveFPR <= criteria.maximumEFPR }
        let ends = steps.dropFirst().map { $0.effectiveFPR } + [criteria.maximumEFPR]
        let area = zip(steps, ends).reduce(0) { $0 + ($1.1 - $1.0.effectiveFPR) * $1.0.effectiveTPR }
        return area / criteria.maximumEFPR
    }

    /// The staircase eTPR(e): each value holds up to the next one's rate; the first rate is 0.
    public var curve: [(effectiveFPR: Double, effectiveTPR: Double)] {
        let rates = Set(points.flatMap(\.effectiveFPR) + [0]).sorted()
        let count = Double(labels.count)
        let stairs = labels.indices.map { label in
            staircase(points.map { ($0.effectiveFPR[label], $0.truePositiveRatio[label]) }, at: rates)
        }
        return rates.indices.map { place in
            let ratios = stairs.map { $0[place] }
            let mean = ratios.reduce(0, +) / count
            let variance = ratios.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
            return (rates[place], max(0, mean - criteria.alphaST * variance.squareRoot()))
        }
    }

    /// The best ratio of the points up to each rate.
    private func staircase(_ points: [(rate: Double, ratio: Double)], at rates: [Double]) -> [Double] {
        let points = points.sorted { $0.rate < $1.rate }
        var next = 0
        var best = 0.0
        return rates.map { rate in
            while next < points.count, points[next].rate <= rate {
                best = max(best, points[next].ratio)
                next += 1
            }
            return best
        }
    }
}
