import Foundation
import Testing

@testable import Orchestrator

/// Embeds a view as its mean spectrum: knows pitch, as an encoder that has learned something would.
final class MeanSpectrumEncoder: ViewEncoder {
    let frontend = FrontEndConfiguration()
    let viewFrames = 96
    let level: Float = 0
    var dimension: Int { frontend.melBands }
    private(set) var batches: [Int] = []

    func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>) {
        batches.append(count)
        for view in 0..<count {
            for band in 0..<dimension {
                var sum: Float = 0
                for frame in 0..<viewFrames { sum += views[(view * viewFrames + frame) * dimension + band] }
                embeddings[view * dimension + band] = sum / Float(viewFrames)
            }
        }
    }
}

/// Embeds every view as the same point.
final class CollapsedEncoder: ViewEncoder {
    let frontend = FrontEndConfiguration()
    let viewFrames = 96
    let level: Float = 0
    let dimension = 3

    func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>) {
        for i in 0..<count * dimension { embeddings[i] = 1 }
    }
}

@Suite struct ProbeClipsTests {
    static let classes = ["low", "middle", "high"]
    /// 30 tones of half a second to three, in two folds.
    static let clips = (0..<30).map { (index: Int) in
        Clip(
            path: "\(index).wav", label: index % 3, fold: index / 15 + 1, seconds: Double(index % 6 + 1) / 2)
    }

    static func tone(_ clip: Int) -> [Float] { tones[clip] }

    private static let tones: [[Float]] = (0..<30).map { (clip: Int) -> [Float] in
        let pitch = [300.0, 1000.0, 3000.0][clip % 3] * (1 + Double(clip) / 300)
        var stream = RandomStream(seed: 5, purpose: .test, clip: clip)
        return (0..<(clip % 6 + 1) * 8000).map { (sample: Int) -> Float in
            let wave = Float(sin(2 * Double.pi * pitch * Double(sample) / 16_000))
            return 0.01 * wave + 1e-4 * stream.normal()
        }
    }

    static var options: ClipProbeOptions {
        var options = ClipProbeOptions()
        (options.crops, options.probe.epochs, options.probe.minimumSteps) = (3, 20, 100)
        options.resamples = 100
        // A mean over time halves with a view that is half empty, and lengths differ between the classes.
        options.shortestTail = 1
        return options
    }

    static func probe(
        _ encoders: [(name: String, encoder: any ViewEncoder)], _ options: ClipProbeOptions = options,
        division: Division = .folds, samples: @escaping (Int) -> [Float]? = { tone($0) }
    ) throws -> ProbeReport {
        try probeClips(
            clips, classes: classes, layout: "esc50", division: division, encoders: encoders, options: options
        ) { _, _ in samples }
    }

    @Test func tones_of_different_pitch_are_told_apart_and_a_collapsed_encoder_tells_nothing() throws {
        let report = try Self.probe([("tones", MeanSpectrumEncoder()), ("random", CollapsedEncoder())])
        #expect(report.value == 1)
        #expect(report.ci95 == Interval(low: 1, high: 1))
        #expect(report.recalls == ["low": 1, "middle": 1, "high": 1])
        #expect(report.meanClassRecall == 1)
        #expect(report.baselines["logmel"]?.value == 1)
        // Constant vectors: one answer for all, right for a third of each fold.
        #expect(report.baselines["random"]?.value == 1.0 / 3)
        #expect(report.leads["logmel"] == ProbeScore(value: 0, ci95: Interval(low: 0, high: 0)))
        let lead = try #require(report.leads["random"])
        #expect(abs(lead.value - 2.0 / 3) < 1e-12 && lead.ci95.low > 0 && lead.ci95.contains(lead.value))
        #expect((report.folds, report.trainingClips, report.testClips) == (2, 15, 30))
    }

    @Test func same_seed_gives_the_same_report_and_crops_follow_the_seed() throws {
        let first = try Self.probe([("tones", MeanSpectrumEncoder())])
        #expect(try Self.probe([("tones", MeanSpectrumEncoder())]) == first)
        let embedder = try ClipEmbedder(encoder: MeanSpectrumEncoder())
        let crops = { (seed: UInt64) in
            embedder.cropVectors(clips: 6, crops: 2, seed: seed) { Self.tone($0) }
        }
        #expect(crops(0) == crops(0))
        #expect(crops(0) != crops(1))
    }

    @Test func clips_that_cannot_be_decoded_are_left_out() throws {
        let report = try Self.probe([("tones", MeanSpectrumEncoder())]) { $0 == 3 || $0 == 20 ? nil : Self.tone($0) }
        #expect(report.testClips == 28)
        #expect(report.value == 1)
    }

    @Test func views_are_encoded_64_at_a_time_whatever_clip_they_are_of() throws {
        let encoder = MeanSpectrumEncoder()
        let embedder = try ClipEmbedder(encoder: encoder)
        let vectors = embedder.cropVectors(clips: 30, crops: 5, seed: 0) { Self.tone($0) }
        // Half a second is one view, padded, whatever is asked; the other 25 clips have five crops each.
        #expect(vectors.rows == 5 + 25 * 5)
        #expect(encoder.batches == [64, 64, 2])
        #expect(vectors.rows(of: 6).count == 1)
        // A clip's vectors do not depend on its neighbours.
        let alone = embedder.cropVectors(clips: 30, wanted: [17], crops: 5, seed: 0) { Self.tone($0) }
        let rows = vectors.rows(of: 17)
        #expect(alone.rows(of: 17) == 0..<5)
        let within = Array(vectors.values[rows.lowerBound * 64..<rows.upperBound * 64])
        #expect(alone.values == within)
    }

    @Test func crops_are_fewer_where_memory_is_short() throws {
        let encoder = MeanSpectrumEncoder()
        var options = Self.options
        (options.crops, options.memoryMiB, options.shortestTail) = (100, 0, 0)
        _ = try Self.probe([("tones", encoder)], options)
        // One crop of each of 30 clips; of half a second to three, five times, 1 + 2 + 2 + 3 + 3 + 4 segments.
        let views = encoder.batches.reduce(0, +)
        #expect(views == 105)
    }

    @Test func statistics_of_silence_are_the_floor_without_deviation() throws {
        let statistics = try LogMelStatistics(frontend: LogMelConfiguration())
        let vector = statistics.statistics(of: [Float](repeating: 0, count: 100))
        #expect(vector.count == 128)
        // The kernel's logarithm is within a few ulps of 11.5.
        let (floor, tolerance): (Float, Float) = (-11.512925, 8 * 11.5 * Float.ulpOfOne)
        let distance: Float = vector[..<64].reduce(0) { max($0, abs($1 - floor)) }
        #expect(distance <= tolerance)
        #expect(Array(vector[64...]) == [Float](repeating: 0, count: 64))
    }

    @Test func report_has_the_contracts_fields() throws {
        let report = try Self.probe([("tones", MeanSpectrumEncoder())])
        let object = try #require(JSONSerialization.jsonObject(with: report.json()) as? [String: Any])
        let keys: Set<String> = [
            "baselines", "ci95", "classes", "folds", "layout", "leads", "mean_class_recall", "metric", "n_test",
            "n_train",
            "per_class_recall", "seed", "value",
        ]
        #expect(Set(object.keys) == keys)
        #expect(object["metric"] as? String == "accuracy")
        #expect((object["ci95"] as? [Double])?.count == 2)
        #expect(try JSONDecoder().decode(ProbeReport.self, from: report.json()) == report)
    }

    @Test func what_cannot_be_probed_is_said() throws {
        var options = Self.options
        options.includesLogMel = false
        #expect(throws: EvaluationError.noEncoders) { try Self.probe([], options) }
        #expect(throws: EvaluationError.emptyPart(name: "training")) { try Self.probe([]) { _ in nil } }
        #expect(throws: EvaluationError.tooFewClasses(found: 1)) {
            try probeClips(
                [Clip(path: "a", label: 0, seconds: 1)], classes: ["a"], layout: "folders",
                division: .random(testFraction: 0.2), encoders: [], options: Self.options
            ) { _, _ in { _ in [] } }
        }
    }

    @Test func embeddings_of_a_file_are_means_of_segments_that_name_their_clip() {
        var vectors = ClipVectors(dimension: 2)
        vectors.append([1, 2, 3, 4])
        vectors.append([])
        vectors.append([5, 6])
        let clips = [
            Clip(path: "a", label: 1, seconds: 2), Clip(path: "broken", label: 0, seconds: 1),
            Clip(path: "c", seconds: 1),
        ]
        let file = EmbeddingFile(vectors: vectors, clips: clips, classes: ["x", "y"])
        #expect(file.paths == ["a", "c"])
        #expect(file.embeddings == [2, 3, 5, 6])
        #expect(file.labels == [1, -1])
        #expect(file.segments == [1, 2, 3, 4, 5, 6])
        #expect(file.segmentClips == [0, 0, 1])
    }
}
