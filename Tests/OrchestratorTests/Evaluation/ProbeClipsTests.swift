import Foundation
import Orchestrator
import Testing

@testable import OssicleEvaluation
@testable import OssicleExperiments
@testable import OssicleModels

@Suite struct ProbeClipsTests {
    static let classes = ["low", "middle", "high"]
    /// 30 tones of 0.5 to 3 seconds in two folds.
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
        var paper = LinearProbe.Options()
        (paper.epochs, paper.minimumSteps) = (20, 100)
        (options.crops, options.method, options.resamples) = (3, .paper(paper), 100)
        // Padded tails are left out, because a view that is half empty has a different mean over time, and the lengths
        // of the clips differ between the classes.
        options.shortestTail = 1
        return options
    }

    static func probe(
        _ encoders: [(name: String, encoder: any ViewEncoder)], _ options: ClipProbeOptions = options,
        division: Division = .folds, samples: @escaping (Int) -> [Float]? = { tone($0) }
    ) throws -> ProbeReport {
        try probeClips(
            clips, classes: classes, layout: "esc50", division: division, encoders: encoders, options: options
        ) { _, _ in { clip in samples(clip).map { ClipStream(whole: $0) } } }
    }

    @Test func tones_of_different_pitch_are_told_apart_and_a_collapsed_encoder_tells_nothing() throws {
        let report = try Self.probe([("tones", MeanSpectrumEncoder()), ("random", CollapsedEncoder())])
        #expect(report.value == 1)
        #expect(report.ci95 == Interval(low: 1, high: 1))
        #expect(report.recalls == ["low": 1, "middle": 1, "high": 1])
        #expect(report.meanClassRecall == 1)
        #expect(report.baselines["logmel"]?.value == 1)
        // The vectors are constant, so that all clips get the same class. It is right for a third of each fold.
        #expect(report.baselines["random"]?.value == 1.0 / 3)
        #expect(report.leads["logmel"] == ProbeScore(value: 0, ci95: Interval(low: 0, high: 0), clips: 30))
        let lead = try #require(report.leads["random"])
        let ci95 = try #require(lead.ci95)
        #expect(abs(lead.value - 2.0 / 3) < 1e-12 && ci95.low > 0 && ci95.contains(lead.value))
        #expect((report.folds, report.trainingClips, report.testClips) == (2, 15, 30))
    }

    @Test func same_seed_gives_the_same_report_and_crops_follow_the_seed() throws {
        let first = try Self.probe([("tones", MeanSpectrumEncoder())])
        #expect(try Self.probe([("tones", MeanSpectrumEncoder())]) == first)
        let embedder = try ClipEmbedder(encoder: MeanSpectrumEncoder())
        let crops = { (seed: UInt64) in
            try embedder.cropVectors(clips: 6, crops: 2, seed: seed) { ClipStream(whole: Self.tone($0)) }
        }
        #expect(try crops(0) == crops(0))
        #expect(try crops(0) != crops(1))
    }

    @Test func clips_that_cannot_be_decoded_are_left_out() throws {
        let report = try Self.probe([("tones", MeanSpectrumEncoder())]) { $0 == 3 || $0 == 20 ? nil : Self.tone($0) }
        #expect(report.testClips == 28)
        #expect(report.value == 1)
    }

    @Test func views_are_encoded_64_at_a_time_whatever_clip_they_are_of() throws {
        let encoder = MeanSpectrumEncoder()
        let embedder = try ClipEmbedder(encoder: encoder)
        let vectors = try embedder.cropVectors(clips: 30, crops: 5, seed: 0) { ClipStream(whole: Self.tone($0)) }
        // A clip of half a second always gives one padded view. The other 25 clips have five crops each.
        #expect(vectors.rows == 5 + 25 * 5)
        #expect(encoder.batches == [64, 64, 2])
        #expect(vectors.rows(of: 6).count == 1)
        // The vectors of a clip do not depend on the other clips in its batch.
        let alone = try embedder.cropVectors(clips: 30, wanted: [17], crops: 5, seed: 0) {
            ClipStream(whole: Self.tone($0))
        }
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
        // 30 crops, one of each clip, and 5 · (1 + 2 + 2 + 3 + 3 + 4) segments of the clips of 0.5, 1, … 3 seconds.
        let views = encoder.batches.reduce(0, +)
        #expect(views == 105)
    }

    @Test func statistics_of_silence_are_the_floor_without_deviation() throws {
        let statistics = try LogMelStatistics(frontend: LogMelConfiguration())
        let silence = [Float](repeating: 0, count: 100)
        let found = statistics.statistics(of: ClipStream(whole: silence))
        let vector = try #require(found)
        #expect(vector.count == 128)
        // The error of the kernel's logarithm is a few ulps of 11.5.
        let (floor, tolerance): (Float, Float) = (-11.512925, 8 * 11.5 * Float.ulpOfOne)
        let distance: Float = vector[..<64].reduce(0) { max($0, abs($1 - floor)) }
        #expect(distance <= tolerance)
        #expect(Array(vector[64...]) == [Float](repeating: 0, count: 64))
    }

    /// Cuts views with different overlaps in order from a stream of a clip in memory, and compares them with the clip.
    @Test func views_cut_from_a_stream_are_those_of_the_whole_clip() throws {
        let segments = ClipSegments(frontend: FrontEndConfiguration(), viewFrames: 96)
        var random = RandomStream(seed: 7, purpose: .test)
        let samples = (0..<100_000).map { _ in random.normal() }
        for starts in [[-5], [0, 3, 20_000, 20_001, 99_000], segments.segments(samples: 100_000), [99_999]] {
            var stream = ViewStream(ClipStream(whole: samples))
            var (view, expected) = (
                [Float](repeating: 9, count: segments.viewSamples), [Float](repeating: 0, count: segments.viewSamples)
            )
            for start in starts {
                let isWhole = stream.cut(at: start, into: &view)
                segments.copy(samples, at: start, into: &expected)
                #expect(isWhole && view == expected, "\(start)")
            }
        }
    }

    @Test func statistics_by_blocks_are_those_of_the_whole_spectrum() throws {
        let statistics = try LogMelStatistics(frontend: LogMelConfiguration())
        var random = RandomStream(seed: 7, purpose: .test)
        // The clip has 2,500 frames, which are three blocks.
        let samples = (0..<400_240).map { i in 0.1 * Float(1 + i / 100_000) * random.normal() }
        let found = statistics.statistics(of: ClipStream(whole: samples))
        let vector = try #require(found)
        let spectrum = try LogMel(LogMelConfiguration()).extract(samples)
        let frames = spectrum.count / 64
        for band in [0, 30, 63] {
            let column = (0..<frames).map { Double(spectrum[$0 * 64 + band]) }
            let mean = column.reduce(0, +) / Double(frames)
            let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(frames)
            // The sums are in double precision, and only the result is rounded to single precision.
            #expect(
                abs(Double(vector[band]) - mean) < 1e-5 && abs(Double(vector[64 + band]) - variance.squareRoot()) < 1e-5
            )
        }
    }

    @Test func report_has_the_contracts_fields() throws {
        let report = try Self.probe([("tones", MeanSpectrumEncoder())])
        let object = try #require(JSONSerialization.jsonObject(with: report.json()) as? [String: Any])
        let keys: Set<String> = [
            "baselines", "ci95", "classes", "folds", "layout", "leads", "mean_class_recall", "method", "metric",
            "n_test",
            "n_train", "per_class_recall", "seed", "value", "variants", "warnings",
        ]
        #expect(Set(object.keys) == keys)
        #expect(object["metric"] as? String == "accuracy")
        #expect((object["ci95"] as? [Double])?.count == 2)
        #expect(try JSONDecoder().decode(ProbeReport.self, from: report.json()) == report)
    }

    /// The class `high` has no test clip, and the test part has one clip.
    @Test func recall_of_a_class_without_test_clips_and_interval_of_one_clip_are_null() throws {
        let clips = Self.clips.map { clip in
            Clip(
                path: clip.path, label: clip.label, split: clip.path == "0.wav" ? .test : .train, seconds: clip.seconds)
        }
        var options = Self.options
        options.method = .neighbours(1)
        let report = try probeClips(
            clips, classes: Self.classes, layout: "csv", division: .lists, encoders: [("tones", MeanSpectrumEncoder())],
            options: options
        ) { _, _ in { ClipStream(whole: Self.tone($0)) } }
        #expect(report.value == 1 && report.ci95 == nil && report.testClips == 1)
        #expect(report.recalls == ["low": 1, "middle": nil, "high": nil] && report.meanClassRecall == 1)
        let object = try #require(JSONSerialization.jsonObject(with: report.json()) as? [String: Any])
        #expect(object["ci95"] is NSNull)
        let recalls = try #require(object["per_class_recall"] as? [String: Any])
        #expect(recalls.count == 3 && recalls["high"] is NSNull && recalls["low"] as? Double == 1)
        #expect(try JSONDecoder().decode(ProbeReport.self, from: report.json()) == report)
    }

    @Test func regressions_that_do_not_converge_are_counted_with_their_gradient() throws {
        var method = LogisticProbe.Options()
        method.regression.maximumIterations = 1
        var options = Self.options
        options.method = .logistic(method)
        options.includesLogMel = false
        let report = try Self.probe([("tones", MeanSpectrumEncoder())], options)
        let warning = try #require(report.warnings.first)
        #expect(report.warnings.count == 1, "\(report.warnings)")
        #expect(warning.hasPrefix("2 of 2 logistic regressions of tones did not converge: it ended after 1 iterations"))
        #expect(warning.contains("with a largest gradient of ") && warning.contains("instead of 1.0e-05"))
    }

    private static var logistic: ClipProbeOptions {
        var options = options
        options.method = .logistic(LogisticProbe.Options())
        return options
    }

    @Test(arguments: [1, 3]) func logistic_regression_tells_tones_apart_on_any_number_of_threads(threads: Int) throws {
        var options = Self.logistic
        options.threads = threads
        let report = try Self.probe([("tones", MeanSpectrumEncoder()), ("random", CollapsedEncoder())], options)
        #expect(report.value == 1 && report.method == "logistic" && report.baselines["logmel"]?.value == 1)
        // The vectors are constant, so that all clips get the same class. It is right for a third of each fold.
        #expect(report.baselines["random"]?.value == 1.0 / 3 && report.baselines["random"]?.clips == 30)
        options.threads = 2
        #expect(try Self.probe([("tones", MeanSpectrumEncoder()), ("random", CollapsedEncoder())], options) == report)
    }

    /// The report contains the variant of a baseline that is better on held-out clips, independent of the order of the
    /// variants.
    @Test(arguments: [true, false]) func the_strongest_variant_of_a_baseline_is_reported(strongFirst: Bool) throws {
        let variants: [any ViewEncoder] = [
            NamedVariant(MeanSpectrumEncoder(), "strong"), NamedVariant(CollapsedEncoder(), "weak"),
        ]
        let baselines = (strongFirst ? variants : variants.reversed()).map { (name: "random", encoder: $0) }
        let report = try Self.probe([("run", CollapsedEncoder())] + baselines, Self.logistic)
        #expect(report.baselines["random"]?.value == 1 && report.variants == ["random": "strong"])
        #expect(try #require(report.leads["random"]).value < 0)
    }

    @Test(arguments: [ProbeMethod.logistic(.init()), .paper(.init()), .neighbours(3)])
    func vectors_that_hold_no_numbers_are_refused(method: ProbeMethod) throws {
        var options = Self.options
        options.method = method
        let error = #expect(throws: EvaluationError.self) {
            try Self.probe([("run", NamedVariant(CollapsedEncoder(), "broken", value: .nan))], options)
        }
        #expect(try #require(error).description.contains("contain NaN or infinite values"))
    }

    @Test func embeddings_that_hold_no_numbers_are_not_written() throws {
        let folder = try TemporaryFolder()
        for clip in 0..<2 { try folder.writeNoise("\(clip).wav", seed: clip) }
        let dataset = try AudioDataset.open([folder.path])
        #expect(throws: EvaluationError.notFinite(clips: 2)) {
            try EmbeddingFile(
                dataset: dataset, encoder: NamedVariant(CollapsedEncoder(), "broken", value: .infinity))
        }
        #expect(throws: EvaluationError.notFinite(clips: 2)) {
            try FrameEmbeddingFile(writing: folder.place("f.npz"), dataset: dataset, encoder: BrokenFrameEncoder())
        }
        #expect(!FileManager.default.fileExists(atPath: folder.place("f.npz")))
    }

    @Test func a_survey_probes_every_map_alone_and_those_that_are_read_together() throws {
        let folder = try TemporaryFolder()
        for clip in 0..<12 {
            let samples = (0..<8_000).map {
                Float(sin(2 * Double.pi * [400.0, 2_000][clip % 2] * Double($0) / 16_000))
            }
            try folder.writeFloats(samples.map { 0.1 * $0 }, to: "\(clip % 2)/\(clip).wav")
        }
        try folder.writeFloats([Float](repeating: 0.1, count: 8_000) + [.nan], to: "1/99.wav")
        var recipe = Recipe()
        recipe.data.viewFrames = 32
        let read = Embedding(recipe: recipe)
        let every = Embedding.everyStage(of: recipe, and: read)
        let names = recipe.encoderTraits.maps
        // The maps of the read-out that have fewer bands than the same maps of the survey are added at the end.
        let halved = read.maps.filter { !every.maps.prefix(names.count).contains($0) }
        #expect(every.maps.prefix(names.count).map(\.name) == names)
        #expect(!halved.isEmpty && Array(every.maps.dropFirst(names.count)) == halved)
        let encoders = try UntrainedEncoder.Normalization.allCases.map { normalization in
            let encoder = try UntrainedEncoder(
                recipe: recipe, embedding: every, normalization: normalization, threads: 2)
            return (name: "random", encoder: encoder as any ViewEncoder)
        }
        var options = ClipProbeOptions()
        options.resamples = 50
        let survey = try StageSurvey(
            dataset: try AudioDataset.open([folder.path], layout: .folders), encoders: encoders,
            read: read, every: every, options: options)
        #expect(survey.warnings.count == 1 && survey.warnings[0].contains("1/99.wav"))
        #expect(survey.curves.map(\.name) == ["random"] && survey.curves[0].scores.count == 9)
        #expect(survey.read == ["features.2", "features.3", "features.5"])
        // The classes are two pure tones. Every layer that keeps the mel axis distinguishes them.
        #expect(survey.curves[0].scores[3].value == 1 && survey.curves[0].together?.value == 1)
        #expect(survey.logMel?.value == 1)
        let document = StagePicture(survey).drawing.document
        for name in survey.maps + ["together", "untrained", "log-mel statistics"] {
            #expect(document.contains(">\(name)<"), "\(name)")
        }
    }

    @Test func clips_lost_in_decoding_are_counted_in_embeddings_and_reports() throws {
        let folder = try TemporaryFolder()
        for clip in 0..<8 {
            let tone = (0..<8_000).map {
                0.1 * Float(sin(2 * Double.pi * [400.0, 2_000][clip % 2] * Double($0) / 16_000))
            }
            try folder.writeFloats(clip == 5 ? tone + [.nan] : tone, to: "\(clip % 2)/\(clip).wav")
        }
        let dataset = try AudioDataset.open([folder.path], layout: .folders)
        let file = try EmbeddingFile(dataset: dataset, encoder: MeanSpectrumEncoder())
        #expect(file.paths.count == 7 && file.warnings.count == 1)
        #expect(file.warnings[0].hasPrefix("1 of 8 clips") && file.warnings[0].contains("1/5.wav"))
        var lines: [String] = []
        let report = try probeClips(dataset: dataset, encoders: [("run", MeanSpectrumEncoder())]) { lines.append($0) }
        #expect(report.warnings == file.warnings && lines.contains("warning: \(file.warnings[0])"))
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
            ) { _, _ in { _ in nil } }
        }
        // Errors about a data set as a whole name it.
        let folder = try TemporaryFolder()
        for name in ["a/1.wav", "b/1.wav"] { try folder.writeNoise(name) }
        for (paths, shown) in [
            ([folder.path], folder.path), ([folder.place("a"), folder.place("b")], "\(folder.place("a")) and 1 more"),
        ] {
            let dataset = try AudioDataset.open(paths, layout: .folders)
            let error = #expect(throws: EvaluationError.self) {
                try probeClips(dataset: dataset, encoders: [("run", MeanSpectrumEncoder())], options: Self.options)
            }
            let text = error?.description ?? ""
            #expect(text.hasPrefix("\(shown): "), "\(text)")
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
