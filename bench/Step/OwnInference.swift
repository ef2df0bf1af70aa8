import Orchestrator

/// An untrained encoder in inference mode, which maps views to embeddings.
struct OwnInference {
    private let encoder: EncoderProgram
    private let input: [Float]
    private let views: Int
    private let threads: Int

    init(model: OwnStep.Model, embedding: Embedding.Kind, views: Int, threads: Int) throws {
        let recipe = try model.recipe()
        encoder = try EncoderProgram(
            recipe: recipe, embedding: Embedding(recipe: recipe, kind: embedding), batch: views, threads: threads)
        self.views = views
        self.threads = threads
        var random = RandomStream(seed: 1, purpose: .noise)
        input = (0..<views * encoder.viewFrames * encoder.frontend.valuesPerFrame).map { _ in random.normal() }
    }

    /// Measures the time to encode all views.
    /// - Parameter steps: number of timed runs, after three warm-up runs.
    func measure(steps: Int) -> StepFigure {
        var output = [Float](repeating: 0, count: views * encoder.dimension)
        let timing = Timing.measure(times: steps) { _ in
            var span = output.mutableSpan
            encoder.encode(input.span, count: views, into: &span)
        }
        return StepFigure(
            name: "Ossicle \(Machine.activeInstructionSet) inference, \(encoder.embedding.kind.rawValue)", views: views,
            threads: threads,
            timing: timing, peakRssBytes: OwnStep.peakRssBytes)
    }
}
