import Foundation
import Orchestrator

/// Our training step: forward pass over all views, loss, backward pass and Adam. EfficientNet-B0 uses the loss of COLA.
/// ResNet-18 uses the loss of CLAR without labels, and each view is 1 s of spectra or of samples.
struct OwnStep {
    enum Model: String, CaseIterable, Codable {
        case effb0
        case resnet18 = "resnet18-2d"
        case resnet18OfWaveforms = "resnet18-1d"

        /// Returns the recipe of the model.
        /// - Parameter changes: recipe settings, each as `key=value`.
        func recipe(_ changes: [String] = []) throws -> Recipe {
            let unlabelled = ["optimizer.name=adam", "objective.label_weight=0"]
            let waveforms = ["frontend.name=waveform", "encoder.name=resnet18-1d", "data.view_frames=16000"]
            return switch self {
            case .effb0: try RecipeFile.load("cola", overrides: changes)
            case .resnet18: try RecipeFile.load("clar", overrides: unlabelled + changes)
            case .resnet18OfWaveforms: try RecipeFile.load("clar", overrides: unlabelled + waveforms + changes)
            }
        }
    }

    private let step: TrainingStep
    private let input: [Float]
    private let threads: Int

    /// Creates the training step and random views.
    /// - Parameter views: number of views, anchors and positives together. It must be even.
    init(model: Model, changes: [String], views: Int, threads: Int) throws {
        step = try TrainingStep(recipe: try model.recipe(changes), batch: views / 2, threads: threads)
        self.threads = threads
        var random = RandomStream(seed: 1, purpose: .noise)
        input = (0..<step.views * step.viewValues).map { _ in random.normal() }
    }

    /// Measures complete training steps.
    /// - Parameter steps: number of timed steps, after three warm-up steps.
    func measure(steps: Int) -> StepFigure {
        let timing = Timing.measure(times: steps) { number in
            _ = step.forward(views: input.span, step: number)
            step.backward(step: number)
            step.update(step: number, learningRate: 1e-4)
        }
        return StepFigure(
            name: "Ossicle \(Machine.activeInstructionSet)", views: step.views, threads: threads, timing: timing,
            peakRssBytes: Self.peakRssBytes)
    }

    /// Seconds of each operation of one step, forward and backward, in the order of the forward pass.
    func profile() -> [(name: String, forward: Double, backward: Double)] {
        _ = measure(steps: 1)
        return Timing.pinned { step.profile(step: 4) { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 } }
    }

    static var peakRssBytes: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}
