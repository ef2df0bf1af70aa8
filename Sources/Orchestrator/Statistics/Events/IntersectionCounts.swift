import OssicleBase

/// What PSDS counts at one operating point. With |d ∩ c| the time that a detection d shares with reference events of label c,
///
///     d is accepted         if it meets an event of its label and |d ∩ own label| / |d| ≥ dtc
///     an event g is found   if accepted detections of its label meet it and Σ_d |d ∩ g| / |g| ≥ gtc
///     d is a false positive if it is not accepted
///     d cross-triggers c    if it is not accepted, c is not its label, and |d ∩ c| / |d| ≥ cttc
///
/// Events that only touch do not meet.
struct IntersectionCounts {
    let labels: [String]
    /// Reference events found, a count a label.
    private(set) var truePositives: [Double]
    private(set) var falsePositives: [Double]
    /// By the detection's label, then by the event's.
    private(set) var crossTriggers: [[Double]]

    init(labels: [String]) {
        self.labels = labels
        truePositives = Array(repeating: 0, count: labels.count)
        falsePositives = truePositives
        crossTriggers = Array(repeating: truePositives, count: labels.count)
    }

    /// Events of one label must not overlap; all have a length.
    mutating func add(recording: PSDS.Recording, prediction: [SoundEvent], criteria: PSDS.Criteria) {
        let reference = labels.map { label in recording.reference.filter { $0.label == label } }
        for (own, label) in labels.enumerated() {
            var coverage = Array(repeating: Share(), count: reference[own].count)
            for detection in prediction where detection.label == label {
                let shares = reference.map { Self.share(of: detection, in: $0) }
                if shares[own].reaches(criteria.dtc) {
                    for (place, event) in reference[own].enumerated() {
                        if let common = Self.common(detection, event) { coverage[place].add(common / event.seconds) }
                    }
                } else {
                    // What lies past the recording's end is no false alarm within it.
                    if detection.onset < recording.seconds, detection.offset > 0 { falsePositives[own] += 1 }
                    for other in labels.indices where other != own && shares[other].reaches(criteria.cttc) {
                        crossTriggers[own][other] += 1
                    }
                }
            }
            truePositives[own] += Double(coverage.count { $0.reaches(criteria.gtc) })
        }
    }

    /// Share of the detection that lies in the events.
    private static func share(of detection: SoundEvent, in events: [SoundEvent]) -> Share {
        var share = Share()
        for event in events {
            if let common = common(detection, event) { share.add(common / detection.seconds) }
        }
        return share
    }

    /// Seconds that two events have in common; nil where they do not meet.
    private static func common(_ a: SoundEvent, _ b: SoundEvent) -> Double? {
        a.onset < b.offset && b.onset < a.offset ? min(a.offset, b.offset) - max(a.onset, b.onset) : nil
    }

    /// A sum of shares. On a grid of frames sums meet a criterion exactly, and the last bit then decides: it is a
    /// compensated (Kahan) sum because psds_eval's is one.
    private struct Share {
        private var sum = 0.0
        private var compensation = 0.0
        private var isMet = false

        mutating func add(_ value: Double) {
            let corrected = value - compensation
            let next = sum + corrected
            compensation = (next - sum) - corrected
            sum = next
            isMet = true
        }

        func reaches(_ criterion: Double) -> Bool { isMet && sum >= criterion }
    }
}
