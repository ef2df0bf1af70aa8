/// Damaged annotations of sound events, and damaged lists of the parts of a data set.
struct AnnotationsAttack: Attack {
    static let name = "annotations"
    private let base: BaseInputs
    private let mutation = TextMutation(separators: Array("\t".utf8))

    init(_ base: BaseInputs) { self.base = base }

    func run(_ trial: Trial) throws {
        try base.writeCheckpoint(to: trial)
        if trial.dice.happens(0.7) { try runEvents(trial) } else { try runLists(trial) }
    }

    private func runEvents(_ trial: Trial) throws {
        var number = 0
        for part in ["train", "valid", "test"] {
            for name in ["a", "b"] {
                try trial.write(base.waves[number], to: "scenes/\(part)/audio/\(name).wav")
                let text = "0.010000\t0.080000\tbell\n0.050000\t0.\(10 + number)\tdog bark\n0.200000\t0.240000\tbell\n"
                let isDamaged = trial.dice.happens(0.5)
                try trial.write(
                    isDamaged ? mutation.mutated(text, &trial.dice) : Array(text.utf8),
                    to: "scenes/\(part)/annotation/\(name).txt")
                number += 1
            }
        }
        let pictures = trial.dice.happens(0.3) ? ["--pictures", "pictures", "--predictions", "predictions"] : []
        try trial.run(
            ["probe", "events", "run", "--data", "scenes", "--baseline", "none", "--threads", "1", "--json"] + pictures,
            Promise(names: ["scenes"], outputs: ["pictures", "predictions"]))
    }

    private func runLists(_ trial: Trial) throws {
        var files: [String] = []
        for (number, wave) in base.waves.enumerated() {
            files.append("\(number % 2 == 0 ? "yes" : "house")/0a\(number / 2)_nohash_\(number).wav")
            try trial.write(wave, to: "words/\(files[number])")
        }
        for (name, part) in [("validation", files[4..<6]), ("testing", files[6...])] {
            let text = part.joined(separator: "\n") + "\n"
            let isDamaged = trial.dice.happens(0.7)
            try trial.write(
                isDamaged ? mutation.mutated(text, &trial.dice) : Array(text.utf8), to: "words/\(name)_list.txt")
        }
        try trial.run(
            [
                "probe", "clip", "run", "--data", "words", "--baseline", "none", "--neighbours", "1", "--threads", "1",
                "--json",
            ], Promise(names: ["words"]))
    }
}
