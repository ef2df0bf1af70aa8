import Foundation
import Orchestrator

/// One case of `bench features`: an operation that a loader thread applies to a clip.
struct FeatureCase {
    let name: String
    /// The name of the case for the peer, or nil if the peer does not support it.
    var argument: String?
    /// Length of the audio.
    let seconds: Double
    /// Number of feature frames, or nil if the output is samples.
    var frames: Int?
    /// Creates the input, and returns the closure to be measured.
    let prepare: () throws -> () throws -> Void

    static func all() throws -> [FeatureCase] {
        [
            try logMel(fft: 1024, samples: 15_600), try logMel(fft: 1024, samples: 160_000),
            try logMel(fft: 512, samples: 160_000), try clar(.code, samples: 16_000),
            try clar(.code, samples: 80_000), try clar(.paper, samples: 16_000),
            reading("resample 44.1 → 16 kHz, 10 s", "wav", rate: 44_100),
            reading("resample 48 → 16 kHz, 10 s", "wav", rate: 48_000),
            reading("decode wav, 10 s", "wav", rate: 16_000), reading("decode flac, 10 s", "flac", rate: 16_000),
            reading("decode ogg, 10 s", "ogg", rate: 16_000), reading("decode mp3, 10 s", "mp3", rate: 16_000),
        ]
    }

    private static func logMel(fft: Int, samples: Int) throws -> FeatureCase {
        var configuration = LogMelConfiguration()
        configuration.fftSize = fft
        let features = try LogMel(configuration)
        let frames = features.frames(samples: samples)
        return FeatureCase(
            name: "log-mel 64, FFT \(fft), \(samples) samples", argument: "\(fft),\(samples)",
            seconds: Double(samples) / Double(configuration.sampleRate), frames: frames
        ) {
            extraction(
                samples, level: 0.0025, values: frames * configuration.melBands, scratch: features.scratchCount
            ) { features.extract($0, into: &$1, scratch: &$2) }
        }
    }

    private static func clar(_ variant: CLARSpectraConfiguration.Variant, samples: Int) throws -> FeatureCase {
        let features = try CLARSpectra(CLARSpectraConfiguration(variant))
        let frames = features.frames(samples: samples)
        return FeatureCase(
            name: "CLAR 128 × 3, \(variant), \(samples) samples", argument: "\(variant),\(samples)",
            seconds: Double(samples) / Double(features.configuration.sampleRate), frames: frames
        ) {
            extraction(
                samples, level: 0.1, values: frames * features.valuesPerFrame, scratch: features.scratchCount
            ) { features.extract($0, into: &$1, scratch: &$2) }
        }
    }

    private static func extraction(
        _ samples: Int, level: Float, values: Int, scratch: Int,
        _ extract: @escaping (Span<Float>, inout MutableSpan<Float>, inout MutableSpan<Float>) -> Void
    ) -> () -> Void {
        var random = RandomStream(seed: 1, purpose: .noise)
        let input = (0..<samples).map { _ in level * random.normal() }
        var output = [Float](repeating: 0, count: values)
        var scratch = [Float](repeating: 0, count: scratch)
        return {
            var outputSpan = output.mutableSpan
            var scratchSpan = scratch.mutableSpan
            extract(input.span, &outputSpan, &scratchSpan)
        }
    }

    /// Reads a file of 10 s at 16 kHz (16 bits per sample, if the format has a sample size). The additional time
    /// compared with a wav file is the time of the decoder or the resampler.
    private static func reading(_ name: String, _ format: String, rate: Int) -> FeatureCase {
        FeatureCase(name: name, seconds: 10) {
            let file = try TemporarySound(format: format, seconds: 10, rate: rate)
            return { _ = try AudioFile.read(file.path, sampleRate: 16_000) }
        }
    }
}

/// A temporary file with a tone of eight partials and a little noise. It is removed with the object.
private final class TemporarySound {
    let path: String

    init(format: String, seconds: Int, rate: Int) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "ossicle-bench-\(UUID()).\(format)").path
        var random = RandomStream(seed: 2, purpose: .noise)
        let samples = (0..<seconds * rate).map { i in
            let phase = 2 * Double.pi * 220 * Double(i) / Double(rate)
            return (1...8).reduce(0.002 * random.normal()) { $0 + Float(0.1 * sin(phase * Double($1)) / Double($1)) }
        }
        try AudioFile.write(path, samples: samples, sampleRate: rate, format: .int16)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
