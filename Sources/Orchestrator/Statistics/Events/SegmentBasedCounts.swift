import OssicleBase

/// Segment-based counts of hits and errors, as in `sed_eval.sound_event.SegmentBasedMetrics`.
///
/// The recording is divided into segments. A label is active in each segment that one of its events overlaps. In a
/// segment, N labels are active in the reference, M labels in the prediction, and H labels in both:
///
///     substitutions = min(N, M) − H      deletions = max(0, N − M)      insertions = max(0, M − N)
///     error rate = Σ (substitutions + deletions + insertions) / Σ N
///
/// *Reference:* Mesaros, Heittola, Virtanen, "Metrics for polyphonic sound event detection", Applied Sciences 6(6),
/// 2016.
public struct SegmentBasedCounts: Sendable {
    public let labels: [String]
    /// The length of a segment in seconds.
    public let segmentSeconds: Double
    /// The counts of active segments for each label, in the order of ``labels``.
    public private(set) var counts: [DetectionCounts]
    public private(set) var substitutions = 0
    public private(set) var deletions = 0
    public private(set) var insertions = 0

    public init(labels: [String], segmentSeconds: Double = 1) {
        precondition(segmentSeconds > 0, "segments have a length")
        self.labels = labels
        self.segmentSeconds = segmentSeconds
        counts = Array(repeating: DetectionCounts(), count: labels.count)
    }

    /// The numbers of errors, divided by the number of active labels in the reference (Σ N).
    ///
    /// All values are nil if no label is active in the reference. In this case, sed_eval divides by 2·10⁻¹⁶.
    public struct ErrorRate: Sendable, Equatable {
        public var substitutions: Double?
        public var deletions: Double?
        public var insertions: Double?
        public var total: Double?
    }

    public var errorRate: ErrorRate {
        let reference = counts.reduce(0) { $0 + $1.reference }
        func rate(_ errors: Int) -> Double? { reference == 0 ? nil : Double(errors) / Double(reference) }
        return ErrorRate(
            substitutions: rate(substitutions), deletions: rate(deletions), insertions: rate(insertions),
            total: rate(substitutions + deletions + insertions))
    }

    /// Adds one recording. The labels of all events must be in ``labels``.
    ///
    /// - Parameter seconds: the duration of the recording. Events after its last segment are ignored. If it is nil, the
    ///   last offset of all events is used.
    public mutating func add(reference: [SoundEvent], prediction: [SoundEvent], seconds: Double? = nil) {
        let events = reference + prediction
        precondition(events.allSatisfy { labels.contains($0.label) }, "events have known labels")
        let length = seconds ?? events.map(\.offset).max() ?? 0
        let segments = Int((length / segmentSeconds).rounded(.up))
        let wanted = labels.map { activity(of: $0, in: reference, segments: segments) }
        let found = labels.map { activity(of: $0, in: prediction, segments: segments) }
        for segment in 0..<segments {
            var sum = DetectionCounts()
            for place in labels.indices {
                let (isWanted, isFound) = (wanted[place][segment], found[place][segment])
                let count = DetectionCounts(
                    hits: isWanted && isFound ? 1 : 0, reference: isWanted ? 1 : 0, predicted: isFound ? 1 : 0)
                counts[place] += count
                sum += count
            }
            substitutions += min(sum.reference, sum.predicted) - sum.hits
            deletions += max(0, sum.reference - sum.predicted)
            insertions += max(0, sum.predicted - sum.reference)
        }
    }

    private func activity(of label: String, in events: [SoundEvent], segments: Int) -> [Bool] {
        var active = Array(repeating: false, count: segments)
        for event in events where event.label == label {
            let first = Int((event.onset / segmentSeconds).rounded(.down))
            let end = min(segments, Int((event.offset / segmentSeconds).rounded(.up)))
            for segment in stride(from: first, to: end, by: 1) { active[segment] = true }
        }
        return active
    }
}
