import ArgumentParser
import Foundation
import Orchestrator

/// Benchmarks of kernels, training steps and the data pipeline, compared with the machine's roof or with a peer.
@main struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure the speed of Ossicle on this machine.",
        subcommands: [
            KernelsCommand.self, StepCommand.self, FeaturesCommand.self, VocoderCommand.self,
            PipelineCommand.self, CompareCommand.self,
        ])

    static func main() {
        // Bind the threads to cores: migration between cores increases the spread of the measurements.
        setenv("OSSICLE_PIN", "1", 0)
        if let complaint = Machine.instructionSetComplaint {
            FileHandle.standardError.write(Data("bench: error: \(complaint)\n".utf8))
            Foundation.exit(1)
        }
        main(nil)
    }
}
