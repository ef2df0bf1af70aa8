import ArgumentParser

@main
struct Ossicle: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ossicle",
        abstract: "Pretrain general-purpose audio representations on a CPU.",
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

    /// Runs the command that the arguments name, and exits with a code of `Exit`.
    static func main() { Exit.run(Ossicle.self) }
}
