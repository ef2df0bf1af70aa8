import OssicleBase

/// Converts probabilities of frames to sound events:
///
///     active(t, k) = p(t, k) ≥ threshold → median filter over time → runs of active frames → runs that are long enough
///
/// Frame t covers the time from t·hop to (t + 1)·hop.
public struct EventDecoder: Sendable {
    /// The time from one frame to the next, in seconds.
    public var hopSeconds: Double
    /// A class is active in a frame if its probability is at least this value.
    public var threshold: Float
    /// The length of the median filter, in seconds. The filter takes the nearest odd number of frames, at least 1. If
    /// two odd numbers are equally near, it takes the larger one.
    public var medianSeconds: Double
    /// The minimum duration of an event, in seconds. Shorter events are removed.
    public var minimumSeconds: Double

    public init(hopSeconds: Double, threshold: Float = 0.5, medianSeconds: Double = 0, minimumSeconds: Double = 0) {
        precondition(hopSeconds > 0, "frames advance")
        self.hopSeconds = hopSeconds
        self.threshold = threshold
        self.medianSeconds = medianSeconds
        self.minimumSeconds = minimumSeconds
    }

    /// Decodes the events of one recording.
    ///
    /// - Parameters:
    ///   - probabilities: (frames, labels), row-major.
    ///   - labels: the name of each class.
    ///   - seconds: the length of the recording. Events are cut off there.
    /// - Returns: the events in the order of their onsets.
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

    /// The length of the median filter in frames: 2·floor(n / 2) + 1 with n = median / hop. Adding 10⁻⁹ compensates for
    /// the rounding error of the division.
    var medianFrames: Int { 2 * Int(max(0, medianSeconds / hopSeconds + 1e-9) / 2) + 1 }

    private var minimumFrames: Int { Int((minimumSeconds / hopSeconds - 1e-9).rounded(.up)) }

    /// The majority of the `width` frames around each frame, where `width` is odd. Before the start and after the end,
    /// the first and the last frame are repeated.
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

    /// The ranges of frames in which `active` is true without interruption.
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
