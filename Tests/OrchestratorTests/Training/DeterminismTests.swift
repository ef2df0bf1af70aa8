import Testing

@testable import Orchestrator

@Suite(.serialized) struct DeterminismTests {
    private func weights(threads: Int, similarity: ObjectiveSection.Similarity) throws -> [Float] {
        var recipe = Recipe()
        recipe.data.viewFrames = 48
        recipe.training.seed = 7
        recipe.objective.similarity = similarity
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

    @Test(arguments: ObjectiveSection.Similarity.allCases)
    func one_two_and_three_threads_give_the_same_bits(similarity: ObjectiveSection.Similarity) throws {
        let one = try weights(threads: 1, similarity: similarity)
        let isFinite = one.allSatisfy { $0.isFinite }
        #expect(isFinite)
        let (two, three) = (
            try weights(threads: 2, similarity: similarity), try weights(threads: 3, similarity: similarity)
        )
        #expect(two == one && three == one)
    }
}
