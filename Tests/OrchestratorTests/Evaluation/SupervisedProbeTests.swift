import Orchestrator
import Testing

@testable import OssicleGraph

/// Tests of supervised training of the whole encoder, evaluated in inference mode. A few dozen steps must be enough for
/// two classes that sound very different. This works only if the running averages of batch norm follow the weights.
@Suite(.serialized) struct SupervisedProbeTests {
    private func dataset(_ folder: TemporaryFolder) throws -> AudioDataset {
        for number in 0..<20 {
            var random = RandomStream(seed: 3, purpose: .test, clip: number)
            let isHigh = number % 2 == 1
            var last: Float = 0
            // One class is white noise. The other class is white noise after a one-pole low-pass filter.
            let samples = (0..<16_000).map { _ -> Float in
                let white = random.normal()
                last = 0.95 * last + white
                return 0.05 * (isHigh ? white : last)
            }
            let path = try folder.file("\(isHigh ? "hiss" : "rumble")/\(number).wav")
            try AudioFile.write(path, samples: samples, sampleRate: 16_000)
        }
        return try AudioDataset.open([folder.path], layout: .folders)
    }

    private func recipe() -> Recipe {
        var recipe = Recipe()
        recipe.data.viewFrames = 32
        recipe.training.seed = 1
        return recipe
    }

    @Test func two_audible_classes_are_told_apart_after_32_steps_from_random_weights() throws {
        let folder = try TemporaryFolder()
        let set = try dataset(folder)
        var probe = SupervisedProbe(recipe: recipe(), start: nil, threads: 2)
        probe.epochs = 16
        probe.batchSize = 8
        var lines: [String] = []
        let report = try probe.run(set) { lines.append($0) }
        #expect(report.value == 1)
        #expect(report.trainingClips == 16 && report.testClips == 4 && report.folds == 1)
        #expect(report.recalls == ["hiss": 1, "rumble": 1])
        #expect(lines == ["fold 1 of 1: 4 of 4 clips right"])
    }

    @Test func fine_tuning_counts_clips_that_cannot_be_decoded() throws {
        let folder = try TemporaryFolder()
        _ = try dataset(folder)
        let path = try folder.writeFloats([Float](repeating: 0.1, count: 8_000) + [.nan], to: "hiss/99.wav")
        var probe = SupervisedProbe(recipe: recipe(), start: nil, threads: 2)
        (probe.epochs, probe.batchSize, probe.resamples) = (1, 8, 10)
        var lines: [String] = []
        let report = try probe.run(try AudioDataset.open([folder.path], layout: .folders)) { lines.append($0) }
        let warning = try #require(report.warnings.first)
        #expect(report.warnings.count == 1 && warning.contains(path) && lines.contains("warning: \(warning)"))
    }

    @Test func running_averages_span_the_last_tenth_of_a_short_run_and_a_hundred_steps_of_a_long_one() {
        #expect(BatchNormalization.momentum(step: 0) == 0.1)
        #expect(BatchNormalization.momentum(step: 90) == 0.91)
        #expect(BatchNormalization.momentum(step: 889) < 0.99)
        #expect(BatchNormalization.momentum(step: 100_000) == 0.99)
    }
}
