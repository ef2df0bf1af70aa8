import OssicleBase

/// The polyphonic sound detection score (PSDS) of a system, over all its operating points.
///
/// It is computed as in `psds_eval`, with curves that are step functions:
///
///     eFPR_c = FPR_c + alphaCT·mean_{k≠c} CTR_ck           false positives and cross-triggers per hour
///     TPR_c(e) = max { TPR_c of the operating points with eFPR_c ≤ e },  0 if there are none
///     eTPR(e) = max(0, mean_c TPR_c(e) − alphaST·std_c TPR_c(e))
///     PSDS = 1/emax · ∫_0^emax eTPR(e) de
///
/// The labels are those of the reference. Predictions of other labels are ignored. Overlapping events of the same label
/// are merged first. psds_eval rejects such events.
///
/// *Reference:* Bilen, Ferroni, Tuveri, Azcarreta, Krstulović, "A framework for the robust evaluation of sound event
/// detection", ICASSP 2020.
public struct PSDS: Sendable {
    /// The conditions for a correct detection, and the weights of errors.
    public struct Criteria: Sendable, Equatable {
        /// The detection tolerance criterion. A detection is accepted if at least this share of it lies in reference
        /// events of its label.
        public var dtc: Double
        /// The ground truth intersection criterion. A reference event is found if accepted detections cover at least
        /// this share of it.
        public var gtc: Double
        /// The cross-trigger tolerance criterion. A false positive is a cross-trigger of another label if at least this
        /// share of it lies in reference events of that label.
        public var cttc: Double
        /// The weight of cross-triggers.
        public var alphaCT: Double
        /// The weight of the standard deviation between labels.
        public var alphaST: Double
        /// emax: the largest effective false positive rate, per hour.
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

        /// The criteria of DCASE 2021 task 4, scenario 1. They require exact times.
        public static let exactTimes = Criteria(dtc: 0.7, gtc: 0.7, alphaST: 1)
        /// The criteria of DCASE 2021 task 4, scenario 2. They require exact labels, and allow inexact times.
        public static let exactLabels = Criteria(dtc: 0.1, gtc: 0.1, alphaCT: 0.5, alphaST: 1)
    }

    /// The reference events of a recording, and its duration.
    public struct Recording: Sendable {
        public var reference: [SoundEvent]
        /// The duration of the recording in seconds.
        public var seconds: Double

        public init(reference: [SoundEvent], seconds: Double) {
            self.reference = reference
            self.seconds = seconds
        }
    }

    /// The rates of the system at one operating point, with one value for each label.
    public struct OperatingPoint: Sendable, Equatable {
        /// TPR: the share of the reference events that are found.
        public var truePositiveRatio: [Double]
        /// eFPR: the effective false positive rate, per hour.
        public var effectiveFPR: [Double]
    }

    public let criteria: Criteria
    /// The labels of the reference events, sorted.
    public let labels: [String]
    /// The operating points that have been added.
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

    /// Adds an operating point.
    ///
    /// - Parameter predictions: the events that the system predicts for each recording at one threshold.
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

    /// The score. It is 0 if no event is found, and 1 if all events are found without an error. It is nil if there are
    /// no reference events.
    public var value: Double? {
        guard !labels.isEmpty else { return nil }
        let steps = curve.prefix { $0.effectiveFPR <= criteria.maximumEFPR }
        let ends = steps.dropFirst().map { $0.effectiveFPR } + [criteria.maximumEFPR]
        let area = zip(steps, ends).reduce(0) { $0 + ($1.1 - $1.0.effectiveFPR) * $1.0.effectiveTPR }
        return area / criteria.maximumEFPR
    }

    /// The step function eTPR(e). Each value is valid from its rate to the next rate. The first rate is 0.
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

    /// Returns, for each of `rates`, the largest ratio of the points with this rate or a lower one. `rates` are sorted.
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
