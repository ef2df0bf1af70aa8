/// Damaged JSON: the notes of NSynth, or the files of a run that the program reads again.
struct JSONAttack: Attack {
    static let name = "json"
    private let base: BaseInputs
    private let mutation = TextMutation(separators: Array(",:".utf8))

    init(_ base: BaseInputs) { self.base = base }

    func run(_ trial: Trial) throws {
        if trial.dice.happens(0.6) { try runNotes(trial) } else { try runCell(trial) }
    }

    private func mutated(_ text: String, _ trial: Trial) throws -> [UInt8] {
        guard trial.dice.happens(0.6), var tree = try? JSONTree(text) else {
            return mutation.mutated(text, &trial.dice)
        }
        let keepsKinds = trial.dice.happens(0.3)
        for _ in 0..<trial.dice.few(4) {
            if keepsKinds { tree.mutateNumber(&trial.dice) } else { tree.mutate(&trial.dice) }
        }
        return Array(tree.text.utf8)
    }

    private func runNotes(_ trial: Trial) throws {
        for part in ["train", "test"] {
            var notes: [(key: String, value: JSONTree)] = []
            for (number, wave) in base.waves.enumerated() where (number < 4) == (part == "train") {
                let name = "keys_\(part)\(number / 2)-\(60 + number % 4)-100"
                try trial.write(wave, to: "notes/\(part)/audio/\(name).wav")
                notes.append(
                    (
                        name,
                        .object([
                            ("instrument_str", .string("keys_\(part)\(number / 2)")),
                            ("instrument", .raw("\(number / 2)")),
                            ("pitch", .raw("\(60 + number % 4)")), ("velocity", .raw("100")),
                            ("instrument_family", .raw("\(number % 2)")),
                            ("instrument_family_str", .string(number % 2 == 0 ? "keys" : "bass")),
                        ])
                    ))
            }
            let text = JSONTree.object(notes).text
            let bytes = trial.dice.happens(0.7) ? try mutated(text, trial) : Array(text.utf8)
            try trial.write(bytes, to: "notes/\(part)/examples.json")
        }
        try base.writeCheckpoint(to: trial)
        let kind = trial.dice.pick(["clip", "pitch"])
        try trial.run(
            ["probe", kind, "run", "--data", "notes", "--baseline", "none", "--threads", "1", "--json"]
                + (trial.dice.happens(0.5) ? ["--layout", "nsynth"] : [])
                + (kind == "clip" ? ["--neighbours", "1"] : []),
            Promise(names: ["notes"]))
    }

    /// One file of a finished cell is damaged. The sweep then repeats what it must, and a resumed run goes on.
    private func runCell(_ trial: Trial) throws {
        let damaged = trial.dice.pick(base.cell.keys.sorted())
        try base.writeSounds(to: trial)
        try trial.write(TinyRecipe.cola.yaml, to: "recipe.yaml")
        try trial.write(TinyRecipe.grid.replacing("[a, b]", with: "[a]"), to: "grid.yaml")
        let cell = "sweep/a+seed-0"
        try base.writeCheckpoint(to: trial, cell + "/checkpoint.safetensors")
        for (name, text) in base.cell.sorted(by: { $0.key < $1.key }) {
            try trial.write(name == damaged ? try mutated(text, trial) : Array(text.utf8), to: "\(cell)/\(name)")
        }
        if damaged == "log.jsonl" || trial.dice.happens(0.2) {
            try trial.run(
                [
                    "pretrain", cell + "/recipe.yaml", "--data", "sounds", "--output", cell, "--resume", "--steps", "2",
                    "--json",
                ],
                Promise(names: [cell, "recipe key", "training.batch_size", "cannot resume"]))
        } else {
            try trial.run(
                ["sweep", "grid.yaml", "--output", "sweep", "--threads", "1", "--json"],
                Promise(names: [cell, "recipe key", "training.batch_size"]))
        }
    }
}
