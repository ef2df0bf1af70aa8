import Orchestrator
import Testing

@Suite(.serialized) struct DeterminismTests {
    private func weights(
        threads: Int, similarity: ContrastOptions.Similarity, precision: Recipe.Precision
    ) throws -> [Float] {
        var recipe = Recipe()
        recipe.data.viewFrames = 48
        recipe.training.seed = 7
        recipe.contrast.similarity = similarity
        recipe.precision = precision
        let step = try TrainingStep(recipe: recipe, batch: 5, threads: threads)
        for number in 0..<3 {
            var random = RandomStream(seed: 1, purpose: .test, epoch: number)
            let views = (0..<10 * 48 * 64).map { _ in random.normal() }
            _ = step.forward(views: views.span, step: number)
            step.backward(step: number)
            step.update(step: number, learningRate: 1e-3)
        }
        return step.parameters.flat.weights.array
    }

    @Test(arguments: [
        (ContrastOptions.Similarity.bilinear, Recipe.Precision.float32), (.cosine, .float32),
        (.bilinear, .bf16Storage),
    ])
    func one_two_and_three_threads_give_the_same_bits(
        similarity: ContrastOptions.Similarity, precision: Recipe.Precision
    ) throws {
        func weights(_ threads: Int) throws -> [Float] {
            try self.weights(threads: threads, similarity: similarity, precision: precision)
        }
        let one = try weights(1)
        let isFinite = one.allSatisfy { $0.isFinite }
        #expect(isFinite)
        let (two, three) = (try weights(2), try weights(3))
        #expect(two == one && three == one)
    }
}
