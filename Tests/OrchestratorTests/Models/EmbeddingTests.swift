import Foundation
import Orchestrator
import Testing

@testable import OssicleModels

@Suite struct EmbeddingTests {
    private func recipe(
        _ name: EncoderName, bands: Int = 64, frames: Int = 96, _ frontEnd: FrontEndConfiguration.Name = .logMel
    ) -> Recipe {
        var recipe = Recipe()
        recipe.encoder.name = name
        (recipe.frontend.name, recipe.frontend.melBands, recipe.data.viewFrames) = (frontEnd, bands, frames)
        return recipe
    }

    @Test func the_stages_of_efficientnet_are_1920_values_with_their_mel_axis() {
        let embedding = Embedding(recipe: recipe(.efficientNetB0))
        #expect(
            embedding.maps == [
                Embedding.Map(name: "features.2", bands: 8, channels: 24),
                Embedding.Map(name: "features.3", bands: 8, channels: 40),
                Embedding.Map(name: "features.5", bands: 4, channels: 112),
            ])
        #expect(embedding.size == 1920 && embedding.frameSize == 960)
        #expect(embedding.ranges == [0..<384, 384..<1024, 1024..<1920])
        #expect(embedding.valueNames.count == 1920 && Set(embedding.valueNames).count == 1920)
        #expect(embedding.valueNames[384] == "features.3/mean/band 0/channel 0")
        #expect(embedding.valueNames[1919] == "features.5/maximum/band 3/channel 111")
    }

    @Test func no_vector_has_more_than_2048_values_whatever_the_encoder() {
        for recipe in [
            recipe(.efficientNetB0, bands: 128), recipe(.efficientNetB0, bands: 256), recipe(.resNet18, bands: 128),
            recipe(.resNet18, bands: 32, frames: 32), recipe(.resNet18OfWaveforms, frames: 4000, .waveform),
        ] {
            let embedding = Embedding(recipe: recipe)
            #expect(embedding.size <= 2048 && embedding.size >= 1000, "\(embedding)")
            #expect(embedding.isReadable(from: recipe))
        }
    }

    @Test func an_embedding_of_other_maps_is_not_readable() {
        let small = Embedding(recipe: recipe(.efficientNetB0, bands: 32))
        #expect(!small.isReadable(from: recipe(.resNet18)))
        #expect(!Embedding(recipe: recipe(.efficientNetB0)).isReadable(from: recipe(.efficientNetB0, bands: 32)))
        // If an embedding has fewer bands than the map, bands of the map are averaged.
        #expect(small.isReadable(from: recipe(.efficientNetB0)))
        let twice = Embedding(maps: small.maps + small.maps, largest: .max)
        #expect(!twice.isReadable(from: recipe(.efficientNetB0, bands: 32)))
    }

    /// Compares the vector of a view with the mean and the maximum over time of the maps, which are computed with plain
    /// loops from the frame embeddings.
    @Test(arguments: [(EncoderName.efficientNetB0, 1), (.efficientNetB0, 3), (.resNet18, 2)])
    func the_vector_holds_mean_and_maximum_over_time_of_its_maps(encoder: EncoderName, threads: Int) throws {
        let recipe = recipe(encoder, bands: 32, frames: 64)
        let embedding = Embedding(recipe: recipe)
        let store = ParameterStore()
        let program = try EncoderProgram(recipe: recipe, parameters: store, batch: 4, threads: threads)
        let frames = try EncoderProgram(
            recipe: recipe, parameters: store, level: .frame, batch: 4, threads: threads)
        #expect(program.dimension == embedding.size && frames.dimension == embedding.frameSize)
        var random = RandomStream(seed: 4, purpose: .test)
        let views = (0..<5 * 64 * 32).map { _ in random.normal() }
        var vectors = [Float](repeating: 0, count: 5 * program.valuesPerView)
        var rows = [Float](repeating: 0, count: 5 * frames.valuesPerView)
        var target = vectors.mutableSpan
        program.encode(views.span, count: 5, into: &target)
        var frameTarget = rows.mutableSpan
        frames.encode(views.span, count: 5, into: &frameTarget)
        for view in 0..<5 {
            var place = view * frames.valuesPerView
            for ((map, shape), range) in zip(zip(embedding.maps, frames.frameMaps), embedding.ranges) {
                #expect(shape.values == map.values && shape.rows * shape.stride == 64)
                for i in 0..<map.values {
                    let column = (0..<shape.rows).map { rows[place + $0 * map.values + i] }
                    let mean = column.reduce(0, +) / Float(shape.rows)
                    let start = view * embedding.size + range.lowerBound
                    // The program adds the rows in a different order.
                    #expect(abs(vectors[start + i] - mean) <= 1e-5 * max(1, abs(mean)))
                    // The maps keep all of their bands, so that the maximum is exact.
                    #expect(vectors[start + map.values + i] == column.max())
                }
                place += shape.rows * shape.values
            }
        }
    }

    @Test func layers_behind_the_last_map_are_neither_declared_nor_computed() throws {
        let recipe = recipe(.efficientNetB0, bands: 32, frames: 64)
        let store = ParameterStore()
        _ = try EncoderProgram(recipe: recipe, parameters: store, batch: 2, threads: 1)
        let names = store.all.map { store.entry($0).name }
        #expect(names.contains { $0.hasPrefix("features.5.") })
        #expect(!names.contains { $0.hasPrefix("features.6.") || $0.hasPrefix("features.8.") })
        #expect(Set(names) == ModelBuilder(recipe: recipe).encoderNames(Embedding(recipe: recipe)))
    }

    /// A view has the same bits alone and in a batch with other views, on any number of threads.
    @Test func a_vector_does_not_depend_on_its_batch_or_on_threads() throws {
        let recipe = recipe(.efficientNetB0, bands: 32, frames: 64)
        var random = RandomStream(seed: 6, purpose: .test)
        let views = (0..<3 * 64 * 32).map { _ in random.normal() }
        func vectors(_ views: Span<Float>, count: Int, batch: Int, threads: Int) throws -> [Float] {
            let program = try EncoderProgram(recipe: recipe, batch: batch, threads: threads)
            var result = [Float](repeating: 0, count: count * program.dimension)
            var target = result.mutableSpan
            program.encode(views, count: count, into: &target)
            return result
        }
        let together = try vectors(views.span, count: 3, batch: 3, threads: 1)
        #expect(try vectors(views.span, count: 3, batch: 2, threads: 2) == together)
        let second = try vectors(views.span.extracting(2048..<4096), count: 1, batch: 1, threads: 1)
        #expect(second == Array(together[second.count..<2 * second.count]))
    }

    /// Calibration gives batch norm the statistics of the views. Then the normalized map of each layer has mean 0 and
    /// standard deviation 1 over these views.
    @Test func calibrated_batch_norm_normalises_the_views_that_it_was_shown() throws {
        let recipe = recipe(.efficientNetB0, bands: 32, frames: 64)
        var random = RandomStream(seed: 8, purpose: .test)
        let views = (0..<12 * 64 * 32).map { _ in 2 * random.normal() - 4 }
        func vectors(_ normalization: UntrainedEncoder.Normalization) throws -> [Float] {
            let encoder = try UntrainedEncoder(recipe: recipe, normalization: normalization, threads: 2)
            if encoder.calibrationViews > 0 { try encoder.calibrate(views.span, count: 12) }
            var result = [Float](repeating: 0, count: 12 * encoder.dimension)
            var target = result.mutableSpan
            encoder.encode(views.span, count: 12, into: &target)
            return result
        }
        let (plain, probed) = (try vectors(.identity), try vectors(.probed))
        #expect(plain != probed)
        // features.5 ends with the sum of a normalized convolution and its input. The order of magnitude is 1, as in
        // training.
        let size = probed.count / 12
        let part: [Float] = (0..<12).flatMap { (view: Int) -> [Float] in
            Array(probed[(view * size + size - 100)..<(view + 1) * size])
        }
        let squares = part.map { Double($0 * $0) }
        let deviation = (squares.reduce(0, +) / Double(part.count)).squareRoot()
        #expect(deviation > 0.2 && deviation < 5)
        #expect(try vectors(.probed) == probed)
    }
}
