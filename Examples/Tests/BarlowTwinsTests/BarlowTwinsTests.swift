import Foundation
import Orchestrator
import Testing

@testable import BarlowTwins

@Suite struct BarlowTwinsTests {
    /// The gradient of the loss, against the difference quotient of each of its inputs.
    @Test func the_gradient_is_that_of_the_loss() throws {
        let (clips, width) = (5, 4)
        let store = ParameterStore()
        let graph = Graph(parameters: store, training: true)
        let input = graph.pinnedValue([2 * clips, width])
        let loss = CrossCorrelation(graph, input, redundancyWeight: 0.3)
        graph.record(loss)
        graph.pin(graph.gradient(input))
        try store.allocate(seed: 0, training: true)
        let program = try Program(graph, threads: 1)

        // Numbers without a pattern.
        var values = (0..<2 * clips * width).map { index in
            let remainder = (index * 37 + 11) % 101
            return Float(remainder) / 50 - 1
        }
        func lossAt(_ values: [Float]) -> Double {
            program.buffer(input).copy(from: values)
            program.forward()
            return loss.value.loss
        }
        _ = lossAt(values)
        program.backward()
        let gradient = program.buffer(graph.gradient(input)).array
        for place in values.indices {
            let (own, step): (Float, Float) = (values[place], 1.0 / 64)
            values[place] = own + step
            let above = lossAt(values)
            values[place] = own - step
            let below = lossAt(values)
            values[place] = own
            let quotient = (above - below) / Double(2 * step)
            #expect(abs(Double(gradient[place]) - quotient) < 2e-3 * max(1, abs(quotient)))
        }
    }

    @Test func a_run_of_the_new_method_and_encoder_trains_and_embeds() throws {
        Registry.register(BarlowTwins.self)
        Registry.register(SmallEncoder.self)
        let folder = FileManager.default.temporaryDirectory.appending(path: "barlow-twins-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Tones of different pitches.
        for clip in 0..<8 {
            let frequency = 200 * pow(1.3, Double(clip))
            let samples = (0..<32_000).map { Float(0.3 * sin(2 * .pi * frequency * Double($0) / 16_000)) }
            try AudioFile.write(
                folder.appending(path: "tone-\(clip).wav").path, samples: samples, sampleRate: 16_000)
        }
        let recipe = try RecipeFile.parse(
            yaml: """
                method: barlow-twins
                encoder: {name: small, channels: 8}
                objective: {redundancy_weight: 0.01}
                head: {hidden: 32, projection: 16}
                optimizer: {learning_rate: 0.003}
                training: {steps: 12, batch_size: 8}
                schedule: {warmup_epochs: 0}
                """)
        let run = folder.appending(path: "run").path
        let recordings = try AudioDataset.open([folder.path])
        let report = try Trainer(recipe: recipe, dataset: recordings, output: run, threads: 1)
            .run(resume: false).report
        #expect(report.lossLast < report.lossFirst)

        let checkpoint = try Checkpoint(run)
        #expect(checkpoint.recipe[BarlowTwins.Options.self].redundancyWeight == 0.01)
        #expect(checkpoint.recipe[SmallEncoder.Options.self].channels == 8)
        #expect(checkpoint.embedding.readNames == ["block1", "block2"])
        let encoder = try checkpoint.encoder(threads: 1)
        #expect(encoder.dimension == checkpoint.embedding.size)
    }
}
