import ArgumentParser
import Foundation
import Orchestrator

/// Measures kernels, whole steps and the way of the data on this machine, against its own roof or against a peer.
@main struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure Ossicle on this machine.",
        subcommands: [
            KernelsCommand.self, StepCommand.self, FeaturesCommand.self, VocoderCommand.self,
            PipelineCommand.self, CompareCommand.self,
        ])

    static func main() {
        // A thread that wanders between measurements spreads them.
        setenv("OSSICLE_PIN", "1", 0)
        if let complaint = Machine.instructionSetComplaint {
            FileHandle.standardError.write(Data("bench: error: \(complaint)\n".utf8))
            Foundation.exit(1)
        }
        main(nil)
    }
}
