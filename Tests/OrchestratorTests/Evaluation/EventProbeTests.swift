import Foundation
import Orchestrator
import Testing

@testable import OssicleData

/// An encoder whose rows are means of the log-mel spectrum: for every `stride`-th frame, the mean of all frames that
/// are less than `reach` frames away from it. If `reach` is 1, the row is the frame itself.
private final class FrameSpectrumEncoder: ViewEncoder {
    let frontend = FrontEndConfiguration()
    let viewFrames = 96
    let level: Float = 0
    let frameMaps: [FrameMap]
    var dimension: Int { frontend.melBands * frameMaps.count }

    private let reach: Int

    init(strides: [Int] = [8], reach: Int = 1) {
        self.reach = reach
        let bands = frontend.melBands
        frameMaps = strides.map { FrameMap(rows: 96 / $0, values: bands, stride: $0) }
    }

    func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>) {
        var place = 0
        for view in 0..<count {
            for map in frameMaps {
                for row in 0..<map.rows {
                    let middle = row * map.stride
                    let frames = max(0, middle - reach + 1)..<min(viewFrames, middle + reach)
                    for band in 0..<map.values {
                        var sum: Float = 0
                        for frame in frames { sum += views[(view * viewFrames + frame) * map.values + band] }
                        embeddings[place] = sum / Float(frames.count)
                        place += 1
                    }
                }
            }
        }
    }
}

@Suite struct EventProbeTests {
    /// Makes soundscapes of tones of three classes over noise that is 10 to 20 dB lower.
    private func soundscapes(_ folder: TemporaryFolder, size: Int) throws -> EventsLayout {
        for (label, hertz) in [("high", Float(3000)), ("low", 400), ("middle", 1000)] {
            for file in 0..<4 {
                try folder.writeFloats(
                    (0..<8_000).map { 0.3 * sin(2 * .pi * (hertz + Float(file)) * Float($0) / 16_000) },
                    to: "events/\(label)/\(file).wav")
            }
        }
        for file in 0..<3 { try folder.writeNoise("backgrounds/\(file).wav", seconds: 2, seed: file) }
        var corpus = SoundscapeCorpus()
        (corpus.size, corpus.seconds, corpus.count, corpus.ratioDB) = (size, 6, 2...3, 10...20)
        _ = try corpus.render(
            events: try AudioDataset.open([folder.path + "/events"]),
            backgrounds: try AudioDataset.open([folder.path + "/backgrounds"]), to: folder.path + "/mixed")
        return try EventsLayout.read(folder.path + "/mixed")
    }

    @Test func tones_are_found_where_they_start() throws {
        let folder = try TemporaryFolder()
        var options = EventProbeOptions()
        options.resamples = 100
        let probe = try EventProbe(layout: try soundscapes(folder, size: 20), options: options)
        let (report, outcome) = try probe.report([("run", FrameSpectrumEncoder(reach: 5))])
        let (value, ci95) = (try #require(report.value), try #require(report.ci95))
        #expect(value > 0.9 && ci95.contains(value))
        #expect(try #require(report.scores.segmentF) > 0.9 && #require(report.scores.psds) > 0.7)
        #expect((report.trainingClips, report.testClips) == (14, 4))
        #expect(outcome.predictions.count == 4 && report.hopSeconds == 0.08)
        #expect(try probe.run(FrameSpectrumEncoder(reach: 5)).scores == report.scores)
    }

    /// One map has a row for each frame of the spectrum, so that the interpolated value is known at every time.
    @Test(arguments: [0.01, 0.05, 0.08, 0.1234])
    func a_frame_has_the_values_of_its_own_time_at_any_hop(hop: Double) throws {
        let encoder = FrameSpectrumEncoder(strides: [1, 8])
        let logMel = try LogMel(encoder.frontend.logMel)
        // A sweep whose mel bands change slowly, long enough for several batches of views.
        let samples = (0..<16_000 * 40).map { i -> Float in
            let t = Float(i) / 16_000
            return 0.1 * sin(2 * .pi * (400 * t + 20 * t * t)) + 0.02 * sin(2 * .pi * 3000 * t)
        }
        let embedder = try FrameEmbedder(encoder: encoder, hopSeconds: hop)
        let rows = try #require(embedder.frames(of: samples))
        let count = Int((40 / hop - 1e-9).rounded(.up))
        #expect(rows.count == count * 128 && embedder.rows(samples: samples.count) == count)
        let spectrum = logMel.extract(samples)
        for row in [3, count / 3, count / 2, count - 40] {
            // The frame index, with a fraction, whose middle is the row's time. The middle of a frame is 12.5 ms after
            // its start.
            let place = (Double(row) + 0.5) * hop * 100 - 1.25
            let (lower, share) = (Int(place), Float(place - place.rounded(.down)))
            for band in [10, 31, 50] {
                let (a, b) = (spectrum[lower * 64 + band], spectrum[(lower + 1) * 64 + band])
                // A view begins at a whole frame, so that its frames are frames of the whole spectrum.
                #expect(abs(rows[row * 128 + band] - (a + share * (b - a))) < 2e-3)
            }
        }
        // The coarse map alone gives one row for each 0.08 s, which are 500 rows in 40 s.
        let coarse = try FrameEmbedder(encoder: FrameSpectrumEncoder(strides: [8]), hopSeconds: 0.08)
        #expect(coarse.frames(of: samples)?.count == 500 * 64)
    }

    @Test func frames_do_not_depend_on_what_else_is_in_their_batch() throws {
        let encoder = FrameSpectrumEncoder()
        var random = RandomStream(seed: 1, purpose: .test)
        let samples = (0..<16_000 * 90).map { _ in 0.1 * random.normal() }
        let embedder = try FrameEmbedder(encoder: encoder, hopSeconds: 0.08)
        let whole = try #require(embedder.frames(of: samples))
        let part = try #require(embedder.frames(of: Array(samples[..<(16_000 * 20)])))
        // The rows of the last view are not compared, because this view contains the end of the part.
        #expect(Array(whole[..<(200 * 64)]) == Array(part[..<(200 * 64)]))
    }

    /// The recording is too long to be decoded at once. The first pass measures its level, and the second pass cuts the
    /// views.
    @Test func a_long_recording_gives_the_frames_that_it_gives_at_once() throws {
        let folder = try TemporaryFolder()
        try folder.writeNoise("long.wav", seconds: 75)
        let encoder = FrameSpectrumEncoder()
        let file = try FrameEmbeddingFile(
            writing: folder.place("f.npz"), dataset: try AudioDataset.open([folder.path]), encoder: encoder,
            hopSeconds: 0.08)
        var samples = try AudioFile.read("\(folder.path)/long.wav", sampleRate: encoder.frontend.sampleRate)
        if encoder.level > 0 {
            let gain = Level.gain(rms: Level.rms(samples), target: encoder.level)
            for i in samples.indices { samples[i] *= gain }
        }
        let embedder = try FrameEmbedder(encoder: encoder, hopSeconds: 0.08)
        let rows = try #require(embedder.frames(of: samples))
        #expect(file.frameClips.count == 938)
        // The first array of the archive, behind its two headers.
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.place("f.npz")))
        let first = 30 + "frames.npy".utf8.count + 20 + 128
        let written = bytes.dropFirst(first).prefix(rows.count * 4)
        #expect(rows.withUnsafeBytes { Data($0) } == written)
        let streamed = embedder(
            try ClipStream.recording(
                "\(folder.path)/long.wav", sampleRate: encoder.frontend.sampleRate, level: encoder.level
            ) { Issue.record("\($0)") })
        #expect(streamed == rows)
    }

    @Test func a_file_of_frames_tells_whose_they_are_and_when() throws {
        let folder = try TemporaryFolder()
        try folder.writeNoise("a.wav", seconds: 1)
        try folder.writeNoise("b.wav", seconds: 0.5)
        let file = try FrameEmbeddingFile(
            writing: folder.place("f.npz"), dataset: try AudioDataset.open([folder.path]),
            encoder: FrameSpectrumEncoder(), hopSeconds: 0.04)
        #expect(file.frameClips == [Int64](repeating: 0, count: 25) + [Int64](repeating: 1, count: 13))
        #expect(file.frameSeconds[0] == 0.02 && abs(file.frameSeconds[26] - 0.06) < 1e-6)
        #expect(file.paths.map(\.fileName) == ["a.wav", "b.wav"])
    }

    @Test(arguments: [0.005, -1, .nan, .infinity])
    func a_hop_shorter_than_the_front_ends_is_an_error(hop: Double) {
        #expect(throws: EvaluationError.self) {
            try FrameEmbedder(encoder: FrameSpectrumEncoder(), hopSeconds: hop)
        }
    }

    @Test func frames_that_hold_no_numbers_are_refused() throws {
        let folder = try TemporaryFolder()
        var options = EventProbeOptions()
        options.method = .paper(FrameClassifier.Options())
        let probe = try EventProbe(layout: try soundscapes(folder, size: 10), options: options)
        #expect(throws: EvaluationError.notFinite(clips: 10)) { try probe.run(BrokenFrameEncoder()) }
    }

    /// Two recordings of three seconds in each part. Each has noise with a tone from 1 to 2 s, and the annotation
    /// that `text` returns for the name of the part.
    private func parts(_ folder: TemporaryFolder, _ text: (String) -> String) throws -> EventsLayout {
        for part in ["train", "validation", "test"] {
            for file in 0..<2 {
                var stream = RandomStream(seed: UInt64(file), purpose: .test)
                let samples = (0..<48_000).map { (i: Int) -> Float in
                    let tone = 0.3 * sin(2 * Float.pi * 1000 * Float(i) / 16_000)
                    return ((16_000..<32_000).contains(i) ? tone : 0) + stream.uniform(-0.01, 0.01)
                }
                try folder.writeFloats(samples, to: "\(part)/audio/\(file).wav")
                try folder.write(text(part), to: "\(part)/annotation/\(file).txt")
            }
        }
        return try EventsLayout.read(folder.path)
    }

    private var fewResamples: EventProbeOptions {
        var options = EventProbeOptions()
        options.resamples = 20
        return options
    }

    @Test func scores_on_a_test_part_without_events_are_undefined() throws {
        let folder = try TemporaryFolder()
        let layout = try parts(folder) { $0 == "test" ? "" : "1\t2\ttone\n" }
        let probe = try EventProbe(layout: layout, options: fewResamples)
        var lines: [String] = []
        let (report, _) = try probe.report(
            [("run", FrameSpectrumEncoder()), ("other", FrameSpectrumEncoder(reach: 5))]
        ) { lines.append($0) }
        let scores = report.scores
        #expect(report.value == nil && report.ci95 == nil && scores.onset.value == nil && scores.onset.clips == 2)
        #expect(scores.segmentF == nil && scores.segmentErrorRate == nil && scores.psds == nil)
        #expect(report.leads["other"]?.value == nil && report.baselines["other"]?.psds == nil)
        let sentence = "the test part has no events, so onset F, segment F, error rate and PSDS are undefined"
        #expect(report.warnings.count { $0 == sentence } == 1, "\(report.warnings)")
        for line in ["warning: \(sentence)", "run: onset F undefined", "other: onset F undefined"] {
            #expect(lines.count { $0 == line } == 1, "\(lines)")
        }

        let data = try JSONEncoder().encode(report)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let written = try #require(object["scores"] as? [String: Any])
        for key in ["segment_f", "segment_error_rate", "psds"] { #expect(written[key] is NSNull, "\(key)") }
        let onset = try #require(written["onset"] as? [String: Any])
        #expect(onset["value"] is NSNull && onset["ci95"] is NSNull && object["value"] is NSNull)
        #expect(try JSONDecoder().decode(EventReport.self, from: data) == report)
    }

    @Test func a_threshold_is_not_chosen_on_a_validation_part_without_events() throws {
        let folder = try TemporaryFolder()
        let layout = try parts(folder) { $0 == "validation" ? "" : "1\t2\ttone\n" }
        let probe = try EventProbe(layout: layout, options: fewResamples)
        let (report, outcome) = try probe.report([("run", FrameSpectrumEncoder())])
        #expect(report.scores.threshold == 0.5 && report.scores.minimumSeconds == 0.125)
        #expect(outcome.validationF == nil && report.value != nil)
        let start =
            "the validation part has no events to choose settings with: the threshold is 0.5, the minimum duration "
            + "0.125 s"
        #expect(report.warnings.count { $0.hasPrefix(start) } == 1, "\(report.warnings)")
    }

    @Test func data_without_events_to_learn_from_are_refused() throws {
        for (part, text) in [(String?.none, ""), ("training", "1\t2\ttone\n")] {
            let folder = try TemporaryFolder()
            let layout = try parts(folder) { $0 == "train" ? "" : text }
            #expect(throws: EvaluationError.noEvents(path: folder.path, part: part)) {
                try EventProbe(layout: layout, options: fewResamples)
            }
        }
    }

    @Test func resamples_without_events_are_counted() throws {
        let folder = try TemporaryFolder()
        _ = try parts(folder) { _ in "1\t2\ttone\n" }
        try folder.write("", to: "test/annotation/0.txt")
        var options = fewResamples
        options.resamples = 400
        let probe = try EventProbe(layout: try EventsLayout.read(folder.path), options: options)
        let (report, _) = try probe.report([("run", FrameSpectrumEncoder())])
        // A quarter of the resamples contain the recording without events twice: 100 with a deviation of 9.
        #expect(abs(report.scores.onset.undefinedResamples - 100) < 45 && report.ci95 != nil)
        let start = "\(report.scores.onset.undefinedResamples) of 400 resamples of the test recordings have no events"
        #expect(report.warnings.contains { $0.hasPrefix(start) }, "\(report.warnings)")
    }

    @Test func recordings_outside_of_the_parts_are_left_out_and_counted() throws {
        let folder = try TemporaryFolder()
        _ = try parts(folder) { _ in "1\t2\ttone\n" }
        try folder.writeNoise("extra/audio/x.wav")
        try folder.write("0\t0.5\tother\n", to: "extra/annotation/x.txt")
        let probe = try EventProbe(layout: try EventsLayout.read(folder.path))
        #expect(probe.layout.labels == ["tone"] && probe.layout.recordings.count == 6)
        #expect(
            probe.layout.warnings == [
                "1 of 7 recordings are in none of the folders train, validation and test and were left out: "
                    + "\(folder.path)/extra/audio/x.wav"
            ])
    }

    /// The header promises three seconds, and the file has two and a half. The last event begins behind its end.
    @Test func a_recording_that_is_cut_off_keeps_the_events_before_its_end() throws {
        let folder = try TemporaryFolder()
        _ = try parts(folder) { _ in "1\t2\ttone\n" }
        try folder.writeFloats([Float](repeating: 0.01, count: 40_000), to: "test/audio/0.wav", declaring: 48_000)
        try folder.write("1\t2.75\ttone\n2.9\t3\ttone\n", to: "test/annotation/0.txt")
        let probe = try EventProbe(layout: try EventsLayout.read(folder.path), options: fewResamples)
        let (report, outcome) = try probe.report([("run", FrameSpectrumEncoder())])
        #expect(outcome.predictions[0].recording.events == [SoundEvent(onset: 1, offset: 2.5, label: "tone")])
        for start in [
            "1 of 7 events were in the missing part of a recording that is cut off", "1 of 7 events ended after",
            "1 of 6 clips were not whole",
        ] {
            #expect(report.warnings.count { $0.hasPrefix(start) } == 1, "\(report.warnings)")
        }
    }

    @Test func a_missing_part_is_named() throws {
        let folder = try TemporaryFolder()
        try folder.writeNoise("train/audio/a.wav")
        try folder.write("0\t0.5\tx\n", to: "train/annotation/a.txt")
        #expect(throws: EvaluationError.emptyEventPart(path: folder.path, name: "validation")) {
            try EventProbe(layout: try EventsLayout.read(folder.path))
        }
    }

    @Test func a_label_that_training_never_has_is_named() throws {
        let folder = try TemporaryFolder()
        for part in ["train", "validation", "test"] {
            try folder.writeNoise("\(part)/audio/\(part).wav")
            try folder.write("0\t0.5\t\(part == "test" ? "y" : "x")\n", to: "\(part)/annotation/\(part).txt")
        }
        let layout = try EventsLayout.read(folder.path)
        #expect(
            throws: EvaluationError.unknownLabel(path: folder.path + "/test/annotation/test.txt", label: "y")
        ) { try EventProbe(layout: layout) }
    }

    /// A frame embedding is a maximum over the mel axis. A clip embedding is the maximum over the mel and time axes.
    /// Therefore the maximum of the frame embeddings over time equals the clip embedding.
    @Test func frames_of_a_clip_encoder_add_up_to_its_embedding() throws {
        let store = ParameterStore()
        let last = Embedding(recipe: Recipe(), kind: .last)
        let clips = try EncoderProgram(recipe: Recipe(), parameters: store, embedding: last, batch: 2, threads: 1)
        let frames = try EncoderProgram(
            recipe: Recipe(), parameters: store, embedding: last, level: .frame, batch: 2, threads: 1)
        #expect(frames.frameMaps == [FrameMap(rows: 3, values: 1280, stride: 32)] && frames.dimension == 1280)
        var random = RandomStream(seed: 1, purpose: .test)
        let views = (0..<2 * 96 * 64).map { _ in random.normal() - 4 }
        var clip = [Float](repeating: 0, count: 2 * 1280)
        var frame = [Float](repeating: 0, count: 6 * 1280)
        var clipSpan = clip.mutableSpan
        clips.encode(views.span, count: 2, into: &clipSpan)
        var frameSpan = frame.mutableSpan
        frames.encode(views.span, count: 2, into: &frameSpan)
        for d in 0..<1280 {
            #expect(clip[1280 + d] == (3..<6).map { frame[$0 * 1280 + d] }.max())
        }
    }
}
