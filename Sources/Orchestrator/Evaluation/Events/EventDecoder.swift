import OssicleBase

/// Makes events of probabilities:
///
///     active(t, k) = p(t, k) ≥ threshold → median over time → runs of active frames → those that last long enough
///
/// Frame t covers the time from t·hop to (t + 1)·hop.
public struct EventDecoder: Sendable {
    /// Seconds from one frame to the next.
    public var hopSeconds: Double
    /// A probability of just so much is active.
    public var threshold: Float
    /// Length of the median filter; it takes the odd number of frames that comes nearest (the larger one of two), 1 at
    /// least.
    public var medianSeconds: Double
    /// Shorter events are dropped.
    public var minimumSeconds: Double

    public init(hopSeconds: Double, threshold: Float = 0.5, medianSeconds: Double = 0, minimumSeconds: Double = 0) {
        precondition(hopSeconds > 0, "frames advance")
        self.hopSeconds = hopSeconds
        self.threshold = threshold
        self.medianSeconds = medianSeconds
        self.minimumSeconds = minimumSeconds
    }

    /// - Parameters:
    ///   - probabilities: (frames, labels), row-major.
    ///   - labels: a name a class.
    ///   - seconds: length of the recording, if events shall not end after it.
    /// - Returns: events by onset.
    public func callAsFunction(_ probabilities: [Float], labels: [String], seconds: Double = .infinity) -> [SoundEvent]
    {
        precondition(!labels.isEmpty && probabilities.count % labels.count == 0, "a probability a frame and label")
        let frames = probabilities.count / labels.count
        var events: [SoundEvent] = []
        for (place, label) in labels.enumerated() {
            let active = (0..<frames).map { probabilities[$0 * labels.count + place] >= threshold }
            for run in Self.runs(Self.median(active, width: medianFrames)) where run.count >= minimumFrames {
                let onset = Double(run.lowerBound) * hopSeconds
                let offset = min(Double(run.upperBound) * hopSeconds, seconds)
                if onset < offset { events.append(SoundEvent(onset: onset, offset: offset, label: label)) }
            }
        }
        return events.inOrder()
    }

    /// 2·floor(n / 2) + 1 of n = median / hop. A billionth of a frame forgives the division's rounding.
    var medianFrames: Int { 2 * Int(max(0, medianSeconds / hopSeconds + 1e-9) / 2) + 1 }

    private var minimumFrames: Int { Int((minimumSeconds / hopSeconds - 1e-9).rounded(.up)) }

    /// The value that most of the `width` (odd) frames around each have; the first and the last frame go on beyond the ends.
    static func median(_ active: [Bool], width: Int) -> [Bool] {
        guard width > 1, let first = active.first, let last = active.last else { return active }
        let half = width / 2
        var count = (-half...half).reduce(0) { $0 + (active[min(max($1, 0), active.count - 1)] ? 1 : 0) }
        return active.indices.map { frame in
            let isActive = count > half
            let leaving = frame - half < 0 ? first : active[frame - half]
            let entering = frame + half + 1 < active.count ? active[frame + half + 1] : last
            count += (entering ? 1 : 0) - (leaving ? 1 : 0)
            return isActive
        }
    }

    /// Where `active` is true without a break.
    static func runs(_ active: [Bool]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for (frame, isActive) in active.enumerated() {
            if isActive, start == nil { start = frame }
            if !isActive, let begun = start {
                runs.append(begun..<frame)
                start = nil
            }
        }
        if let start { runs.append(start..<active.count) }
        return runs
    }
}
