/// The counts from which the F-measure is computed.
///
///     precision = hits / predicted      recall = hits / reference      F = 2·precision·recall / (precision + recall)
///
/// A measure is nil if it is NaN in sed_eval.
public struct DetectionCounts: Sendable, Equatable {
    /// The number of correct predictions.
    public var hits = 0
    /// The number of events or active segments in the reference.
    public var reference = 0
    /// The number of events or active segments in the predictions.
    public var predicted = 0

    /// The rule for the precision of a label that is never predicted.
    public enum SilentPrecision: Sendable {
        /// The precision is 0 (`zero_score` in sed_eval). The label has F = 0, which agrees with its recall of 0.
        case zero
        /// The precision is undefined (the default of sed_eval). The label has no F and is left out of the mean over
        /// labels. This rule rewards systems that predict nothing.
        case undefined
    }

    /// Precision, recall and F-measure.
    public struct FMeasure: Sendable, Equatable {
        public var precision: Double?
        public var recall: Double?
        public var f: Double?
    }

    public init(hits: Int = 0, reference: Int = 0, predicted: Int = 0) {
        self.hits = hits
        self.reference = reference
        self.predicted = predicted
    }

    public static func + (a: Self, b: Self) -> Self {
        Self(hits: a.hits + b.hits, reference: a.reference + b.reference, predicted: a.predicted + b.predicted)
    }

    public static func += (a: inout Self, b: Self) { a = a + b }

    /// Computes precision, recall and F-measure.
    public func fMeasure(silent: SilentPrecision = .zero) -> FMeasure {
        let whenSilent: Double? = silent == .zero ? 0 : nil
        let precision = predicted == 0 ? whenSilent : Double(hits) / Double(predicted)
        let recall = reference == 0 ? nil : Double(hits) / Double(reference)
        var f: Double?
        if let precision, let recall {
            f = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall)
        }
        return FMeasure(precision: precision, recall: recall, f: f)
    }
}

extension Sequence<DetectionCounts> {
    /// Computes the measures from the sums of the counts of all labels. Frequent labels have a larger weight.
    public func overall(silent: DetectionCounts.SilentPrecision = .zero) -> DetectionCounts.FMeasure {
        reduce(DetectionCounts(), +).fMeasure(silent: silent)
    }

    /// Computes the mean of each measure over the labels for which the measure is not nil. All labels have the same
    /// weight.
    public func mean(silent: DetectionCounts.SilentPrecision = .zero) -> DetectionCounts.FMeasure {
        let measures = map { $0.fMeasure(silent: silent) }
        func mean(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }
        return DetectionCounts.FMeasure(
            precision: mean(measures.compactMap(\.precision)), recall: mean(measures.compactMap(\.recall)),
            f: mean(measures.compactMap(\.f)))
    }
}
