import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle probe`: evaluate the embeddings of an encoder.
struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Evaluate an encoder on labelled data.",
        subcommands: [ProbeClipCommand.self, ProbeEventsCommand.self, ProbePitchCommand.self])
}
