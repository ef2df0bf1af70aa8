import Foundation
import Testing

@testable import Orchestrator

/// Embeds every 8 frames as their mean spectrum.
private final class FrameSpectrumEncoder: ViewEncoder {
    let frontend = FrontEndConfiguration()
    let viewFrames: Int
    let rowsPerView = 12
    let level: Float = 0
    var dimension: Int { frontend.melBands }

    init(viewFrames: Int = 96) { self.viewFrames = viewFrames }

    func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>) {
        let span = viewFrames / rowsPerView
        for row in 0..<count * rowsPerView {
            for band in 0..<dimension {
                var sum: Float = 0
                for frame in 0..<span { sum += views[(row * span + frame) * dimension + band] }
                embeddings[row * dimension + band] = sum / Float(span)
            }
        }
    }
}

@Suite struct EventProbeTests {
    /// Soundscapes of three tones over quiet noise.
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
        options.classifier.epochs = 150
        options.resamples = 100
        let probe = try EventProbe(layout: try soundscapes(folder, size: 20), options: options)
        let (report, outcome) = try probe.report([("run", FrameSpectrumEncoder())])
        #expect(report.value > 0.9 && report.ci95.contains(report.value))
        #expect(report.scores.segmentF > 0.9 && report.scores.psds > 0.7)
        #expect((report.trainingClips, report.testClips) == (14, 4))
        #expect(outcome.predictions.count == 4 && report.hopSeconds == 0.08)
        #expect(try probe.run(FrameSpectrumEncoder()).scores == report.scores)
    }

    @Test func an_encoder_whose_frames_do_not_come_out_even_is_refused() {
        let encoder = FrameSpectrumEncoder(viewFrames: 95)
        #expect(throws: EvaluationError.unevenFrames(view: 95, rows: encoder.rowsPerView)) {
            _ = try FrameEmbedder(encoder: encoder)
        }
    }

    @Test func a_finer_hop_interleaves_rows_of_shifted_views() throws {
        let encoder = FrameSpectrumEncoder()
        let logMel = try LogMel(encoder.frontend.logMel)
        var random = RandomStream(seed: 1, purpose: .test)
        let samples = (0..<48_123).map { _ in 0.1 * random.normal() }
        for (hop, span) in [(0.08, 8), (0.04, 8), (0.02, 8)] {
            let embedder = try FrameEmbedder(encoder: encoder, hopSeconds: hop)
            let rows = embedder(samples)
            let count = Int((Double(samples.count) / 16_000 / hop).rounded(.up))
            #expect(rows.count == count * 64 && embedder.rows(samples: samples.count) == count)
            // Each row is the mean of the 8 spectrogram frames around its middle.
            for row in [3, 7, 13] {
                let first = Int((Double(row) * hop * 100).rounded()) - (span - Int((hop * 100).rounded())) / 2
                let part = Array(samples[first * 160..<(first + span - 1) * 160 + 400])
                let frames = logMel.extract(part)
                for band in [0, 31, 63] {
                    let mean = (0..<span).map { frames[$0 * 64 + band] }.reduce(0, +) / Float(span)
                    #expect(abs(rows[row * 64 + band] - mean) < 1e-4)
                }
            }
        }
    }

    @Test func a_file_of_frames_tells_whose_they_are_and_when() throws {
        let folder = try TemporaryFolder()
        try folder.writeNoise("a.wav", seconds: 1)
        try folder.writeNoise("b.wav", seconds: 0.5)
        let file = try FrameEmbeddingFile(
            dataset: try AudioDataset.open([folder.path]), encoder: FrameSpectrumEncoder(), hopSeconds: 0.04)
        #expect(file.frameClips == [Int64](repeating: 0, count: 25) + [Int64](repeating: 1, count: 13))
        #expect(file.frameSeconds[0] == 0.02 && abs(file.frameSeconds[26] - 0.06) < 1e-6)
        #expect(file.frames.count == 38 * 64 && file.paths.map(\.fileName) == ["a.wav", "b.wav"])
    }

    @Test func a_hop_that_does_not_divide_the_frames_is_an_error() {
        #expect(throws: EvaluationError.self) {
            try FrameEmbedder(encoder: FrameSpectrumEncoder(), hopSeconds: 0.03)
        }
    }

    @Test func a_missing_part_is_named() throws {
        let folder = try TemporaryFolder()
        try folder.writeNoise("train/audio/a.wav")
        try folder.write("0\t0.5\tx\n", to: "train/annotation/a.txt")
        #expect(throws: EvaluationError.emptyEventPart(name: "validation")) {
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

    /// A frame is the largest over mel of what a clip's embedding is the largest of over time, too.
    @Test func frames_of_a_clip_encoder_add_up_to_its_embedding() throws {
        let store = ParameterStore()
        let clips = try EncoderProgram(recipe: Recipe(), parameters: store, batch: 2, threads: 1)
        let frames = try EncoderProgram(recipe: Recipe(), parameters: store, level: .frame, batch: 2, threads: 1)
        #expect(frames.rowsPerView == 3 && frames.dimension == 1280)
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
