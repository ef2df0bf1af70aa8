import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle probe`: what an encoder's embeddings make readable.
struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Measure an encoder on labelled data.",
        subcommands: [ProbeClipCommand.self, ProbeEventsCommand.self, ProbePitchCommand.self])
}
