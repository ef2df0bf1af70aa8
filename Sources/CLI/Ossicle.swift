import ArgumentParser

@main
struct Ossicle: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ossicle",
        abstract: "Fast CPU pretraining of general-purpose audio representations.",
        subcommands: [
            PretrainCommand.self,
            ProbeCommand.self,
            SweepCommand.self,
            EmbedCommand.self,
            FeaturesCommand.self,
            AugmentCommand.self,
            CorpusCommand.self,
            InspectCommand.self,
            DoctorCommand.self,
        ])

    /// Runs the verb that the arguments name, and ends the process as ``Exit`` says.
    static func main() { Exit.run(Ossicle.self) }
}
