/// What F-measures are made of.
///
///     precision = hits / predicted      recall = hits / reference      F = 2·precision·recall / (precision + recall)
///
/// All three are nil where sed_eval has NaN.
public struct DetectionCounts: Sendable, Equatable {
    public var hits = 0
    public var reference = 0
    public var predicted = 0

    /// What precision is where nothing was predicted.
    public enum SilentPrecision: Sendable {
        /// sed_eval's `zero_score`: a label that is never predicted has F = 0, as it should where recall is 0.
        case zero
        /// sed_eval's default: such a label has no F and is left out of the mean over labels, which rewards silence.
        case undefined
    }

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
    /// Of all labels together: frequent ones weigh more.
    public func overall(silent: DetectionCounts.SilentPrecision = .zero) -> DetectionCounts.FMeasure {
        reduce(DetectionCounts(), +).fMeasure(silent: silent)
    }

    /// Mean over labels, of each measure over those that have it: all weigh the same.
    public func mean(silent: DetectionCounts.SilentPrecision = .zero) -> DetectionCounts.FMeasure {
        let measures = map { $0.fMeasure(silent: silent) }
        func mean(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }
        return DetectionCounts.FMeasure(
            precision: mean(measures.compactMap(\.precision)), recall: mean(measures.compactMap(\.recall)),
            f: mean(measures.compactMap(\.f)))
    }
}
