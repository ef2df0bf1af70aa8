import CAllocationCounter
import Orchestrator
import Testing

/// Tests that all memory is allocated before the first training step. New memory causes page faults, and a step that
/// allocates would do so thousands of times.
@Suite(.serialized) struct AllocationTests {
    @Test(.enabled(if: allocation_counter_works()), arguments: ContrastOptions.Similarity.allCases)
    func a_training_step_allocates_nothing(similarity: ContrastOptions.Similarity) throws {
        var recipe = Recipe()
        recipe.data.viewFrames = 32
        recipe.contrast.similarity = similarity
        let step = try TrainingStep(recipe: recipe, batch: 3, threads: 2)
        var random = RandomStream(seed: 1, purpose: .test)
        let views = (0..<6 * 32 * 64).map { _ in random.normal() }
        var counts: [Int] = []
        counts.reserveCapacity(4)
        for number in 0..<4 {
            let before = allocation_count()
            _ = step.forward(views: views.span, step: number)
            step.backward(step: number)
            step.update(step: number, learningRate: 1e-3)
            counts.append(allocation_count() - before)
        }
        // The counter works: it counts the allocation of an array.
        let start = allocation_count()
        let array = [Float](repeating: 0, count: 1 << 20)
        #expect(array.count == 1 << 20 && allocation_count() > start)
        // The first step is not checked, because the Swift runtime can allocate tables in it.
        #expect(counts.dropFirst() == [0, 0, 0])
    }
}
