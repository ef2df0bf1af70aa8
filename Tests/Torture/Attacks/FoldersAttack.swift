/// A folder with fifty sounds, most of them damaged.
struct FoldersAttack: Attack {
    static let name = "folders"
    private let base: BaseInputs

    init(_ base: BaseInputs) { self.base = base }

    func run(_ trial: Trial) throws {
        let damaged = trial.dice.pick([0.1, 0.5, 0.9, 1])
        trial.mutants = 0
        for number in 0..<50 {
            let sound = trial.dice.pick(base.sounds)
            var bytes = sound.bytes
            if trial.dice.happens(damaged) {
                bytes = ByteMutation.mutated(bytes, header: 120, &trial.dice)
                trial.mutants += 1
            }
            try trial.write(bytes, to: "mutants/\(trial.dice.pick(["low", "high"]))/\(number).\(sound.suffix)")
        }
        let names = ["mutants", "training.batch_size"]
        switch trial.dice.below(4) {
        case 0:
            try base.writeCheckpoint(to: trial)
            try trial.run(
                ["embed", "run", "mutants", "--output", "out.npz", "--threads", "1", "--json"],
                Promise(names: names, outputs: ["out.npz"]))
        case 1:
            try base.writeCheckpoint(to: trial)
            try trial.run(
                [
                    "probe", "clip", "run", "--data", "mutants", "--baseline", "none", "--neighbours", "1", "--threads",
                    "1",
                ],
                Promise(names: names))
        default:
            let recipe = trial.dice.pick(TinyRecipe.all)
            try trial.write(recipe.yaml, to: "recipe.yaml")
            try trial.run(
                ["pretrain", "recipe.yaml", "--data", "mutants", "--output", "out", "--steps", "3", "--json"],
                Promise(names: names, outputs: ["out"]))
        }
    }
}
