import ArgumentParser

/// Measures kernels, whole steps and the way of the data on this machine, against its own roof or against a peer.
@main struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure Ossicle on this machine.",
        subcommands: [
            KernelsCommand.self, StepCommand.self, FeaturesCommand.self, VocoderCommand.self,
            PipelineCommand.self, CompareCommand.self,
        ])
}
