/// One kind of torture. A trial depends only on the kind, the seed and the number.
protocol Attack: Sendable {
    /// The name on the command line.
    static var name: String { get }

    init(_ base: BaseInputs) throws

    /// Makes the inputs of a trial, and runs the program on them.
    /// - Throws: ``Trial/Fault`` if the program is at fault, or another error if the trial could not be carried out.
    func run(_ trial: Trial) throws

    /// What cannot be tried on this machine, for the summary.
    var skipped: [String] { get }
}

extension Attack {
    var skipped: [String] { [] }
}

/// All kinds, in the order in which `torture all` runs them.
let attacks: [any Attack.Type] = [
    AudioAttack.self, FoldersAttack.self, SafeTensorsAttack.self, YAMLAttack.self, CSVAttack.self, JSONAttack.self,
    AnnotationsAttack.self, KeysAttack.self, KillsAttack.self, DiskAttack.self,
]
