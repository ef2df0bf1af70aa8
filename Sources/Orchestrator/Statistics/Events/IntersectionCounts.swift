import OssicleBase

/// The counts of PSDS for one operating point.
///
/// |d ∩ c| is the time that a detection d has in common with the reference events of label c.
///
///     d is accepted         if it overlaps an event of its label and |d ∩ own label| / |d| ≥ dtc
///     an event g is found   if accepted detections of its label overlap it and Σ_d |d ∩ g| / |g| ≥ gtc
///     d is a false positive if it is not accepted
///     d cross-triggers c    if it is not accepted, c is not its label, d overlaps c, and |d ∩ c| / |d| ≥ cttc
///
/// Events that only touch each other do not overlap.
struct IntersectionCounts {
    let labels: [String]
    /// The number of reference events that are found, for each label.
    private(set) var truePositives: [Double]
    /// The number of false positives for each label.
    private(set) var falsePositives: [Double]
    /// The numbers of cross-triggers. The first index is the label of the detection, the second one that of the events.
    private(set) var crossTriggers: [[Double]]

    init(labels: [String]) {
        self.labels = labels
        truePositives = Array(repeating: 0, count: labels.count)
        falsePositives = truePositives
        crossTriggers = Array(repeating: truePositives, count: labels.count)
    }

    /// Adds one recording. Events of the same label must not overlap, and all events must have a duration above 0.
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
                    // A detection outside the recording is not a false positive in the recording.
                    if detection.onset < recording.seconds, detection.offset > 0 { falsePositives[own] += 1 }
                    for other in labels.indices where other != own && shares[other].reaches(criteria.cttc) {
                        crossTriggers[own][other] += 1
                    }
                }
            }
            truePositives[own] += Double(coverage.count { $0.reaches(criteria.gtc) })
        }
    }

    /// Returns the share of the detection that lies in the events.
    private static func share(of detection: SoundEvent, in events: [SoundEvent]) -> Share {
        var share = Share()
        for event in events {
            if let common = common(detection, event) { share.add(common / detection.seconds) }
        }
        return share
    }

    /// Returns the time that two events have in common, in seconds. It is nil if they do not overlap.
    private static func common(_ a: SoundEvent, _ b: SoundEvent) -> Double? {
        a.onset < b.offset && b.onset < a.offset ? min(a.offset, b.offset) - max(a.onset, b.onset) : nil
    }

    /// A sum of shares, with Kahan's compensated summation.
    ///
    /// If events lie on a grid of frames, a sum can be exactly equal to a criterion. The last bit then decides.
    /// psds_eval also uses a compensated sum.
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
