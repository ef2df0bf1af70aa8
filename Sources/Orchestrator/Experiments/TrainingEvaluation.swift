import OssicleData
import OssicleEvaluation
import OssicleGraph
import OssicleModels
import OssicleStatistics
import OssicleTraining

/// Probes an encoder during its training, with logistic regression on frozen embeddings of labelled clips. It uses a
/// copy of the weights, so it does not change the training.
package final class TrainingEvaluation {
    private let dataset: AudioDataset
    private let division: Division
    private let options: ClipProbeOptions
    private let source: ProbeSource
    private let parameters = ParameterStore()
    private let encoder: EncoderProgram

    /// - Throws: ``EvaluationError`` if the clips cannot be probed. The clips are checked here, so that the error does
    ///   not occur after ten epochs of training.
    package init(recipe: Recipe, dataset: AudioDataset, threads: Int) throws {
        _ = try dataset.probeFolds(seed: recipe.training.seed)
        var options = ClipProbeOptions()
        options.seed = recipe.training.seed
        options.includesLogMel = false
        options.threads = threads
        options.cacheMemoryMiB = recipe.data.cacheMemoryMiB
        self.dataset = dataset
        options.heldOutOnly = recipe.data.holdOut == .test
        division = dataset.division
        self.options = options
        source = ProbeSource(dataset, options)
        encoder = try EncoderProgram(recipe: recipe, parameters: parameters, threads: threads)
    }

    /// Probes the encoder with the given weights, or with their running averages if there are any.
    package func callAsFunction(_ trained: ParameterStore) throws -> ProbeReport {
        parameters.copy(from: trained)
        var report = try probeClips(
            dataset.clips, classes: dataset.classes, layout: dataset.layout.rawValue, division: division,
            encoders: [("run", encoder)], options: options, source: source.open)
        report.warnings = source.warnings + report.warnings
        return report
    }
}

extension Trainer {
    /// Creates a trainer that also probes the encoder during the training.
    ///
    /// - Parameters:
    ///   - output: the folder of the run. It is created, or contains the run to resume.
    ///   - observer: receives the progress, and warnings about clips of either data set that could not be decoded.
    ///   - evaluationData: labelled clips on which the encoder is probed every `training.evaluation_epochs` epochs and
    ///     at the end; nil: no probes.
    public convenience init(
        recipe: Recipe, dataset: AudioDataset, output: String, threads: Int, observer: (any TrainingObserver)? = nil,
        evaluationData: AudioDataset?
    ) {
        let evaluation = evaluationData.map { labelled -> Evaluation in
            { recipe, threads in
                let probe = try TrainingEvaluation(recipe: recipe, dataset: labelled, threads: threads)
                var told: Set<String> = []
                return { parameters in
                    let report: ProbeReport
                    do {
                        report = try probe(parameters)
                    } catch EvaluationError.interrupted {
                        return nil
                    }
                    for warning in report.warnings where told.insert(warning).inserted { observer?.warned(warning) }
                    return (report.value, report.ci95)
                }
            }
        }
        self.init(
            recipe: recipe, dataset: dataset, output: output, threads: threads, observer: observer,
            evaluation: evaluation)
    }
}
