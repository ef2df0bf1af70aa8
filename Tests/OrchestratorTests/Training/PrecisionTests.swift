import Orchestrator
import Testing

@testable import OssicleGraph

/// Tests of raw outputs that are stored as bfloat16. They need half of the memory, and a training step is almost the
/// same.
@Suite struct PrecisionTests {
    private func recipe(_ precision: Recipe.Precision) -> Recipe {
        var recipe = Recipe()
        recipe.data.viewFrames = 64
        recipe.precision = precision
        return recipe
    }

    @Test func every_raw_output_takes_half_the_memory() throws {
        func unshared(_ precision: Recipe.Precision) -> (bytes: Int, raw: Int) {
            let recipe = recipe(precision)
            let graph = Graph(
                parameters: ParameterStore(), training: true, rawFormat: recipe.precision.rawFormat)
            _ = ModelBuilder(recipe: recipe).training(graph, batch: 4)
            let plan = MemoryPlan(graph)
            let raw = graph.operations.compactMap(Self.rawOutput)
            // The stem, 15 expansions, 16 depthwise convolutions, 16 projections and the last convolution.
            #expect(raw.count == 49)
            let sizes = Dictionary(uniqueKeysWithValues: plan.placements.map { ($0.value, $0.bytes) })
            return (plan.unsharedBytes, raw.reduce(0) { $0 + (sizes[$1] ?? 0) })
        }
        let (full, half) = (unshared(.float32), unshared(.bf16Storage))
        #expect(half.raw * 2 == full.raw && full.bytes - half.bytes == half.raw)
    }

    /// The gradients have the same bits as those of a float32 program that rounds every raw output immediately after
    /// the operation.
    @Test func a_step_is_the_one_of_floats_with_rounded_maps() throws {
        func gradients(_ precision: Recipe.Precision, rounds: Bool) throws -> [Float] {
            let recipe = recipe(precision)
            let store = ParameterStore()
            let graph = Graph(parameters: store, training: true, rawFormat: recipe.precision.rawFormat)
            let model = ModelBuilder(recipe: recipe).training(graph, batch: 4)
            try store.allocate(seed: 3, training: true)
            let program = try Program(graph, threads: 2)
            var random = RandomStream(seed: 1, purpose: .test)
            let views = program.buffer(model.input)
            views.copy(from: (0..<views.count).map { _ in random.normal() })
            program.forward { operation in
                guard rounds, let raw = Self.rawOutput(of: operation) else { return }
                let map = program.buffer(raw)
                for i in 0..<map.count { map[i] = Self.rounded(map[i]) }
            }
            program.backward()
            return store.flat.gradients.array
        }
        let half = try gradients(.bf16Storage, rounds: false)
        let isFinite = half.allSatisfy { $0.isFinite }
        #expect(isFinite)
        let (rounded, full) = (try gradients(.float32, rounds: true), try gradients(.float32, rounds: false))
        #expect(half == rounded && half != full)
    }

    private static func rawOutput(of operation: any Operation) -> Value? {
        switch operation {
        case let operation as PointwiseConvolution where operation.output.normalization != nil: operation.output.raw
        case let operation as WindowConvolution<DepthwiseKernel>: operation.output.raw
        case let operation as StemConvolution: operation.output.raw
        default: nil
        }
    }

    /// Rounds to the nearest bfloat16. Ties are rounded to even.
    private static func rounded(_ value: Float) -> Float {
        let bits = value.bitPattern
        return Float(bitPattern: (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000)
    }
}
