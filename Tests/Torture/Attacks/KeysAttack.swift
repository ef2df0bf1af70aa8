import Foundation

/// One recipe key with an extreme value, set on the command line or in a file. All pairs of a key and a value are tried
/// with the first recipe, then with the next one.
struct KeysAttack: Attack {
    static let name = "keys"
    private let base: BaseInputs

    init(_ base: BaseInputs) { self.base = base }

    func run(_ trial: Trial) throws {
        let pairs = base.keys.count * Extremes.all.count
        // A large prime visits all pairs in an order in which the first trials already differ in both.
        let pair = (trial.number % pairs * 1_000_003 + Int(trial.seed % 1_000_000)) % pairs
        let (key, value) = (base.keys[pair / Extremes.all.count], Extremes.all[pair % Extremes.all.count])
        let round = trial.number / pairs
        let recipe = TinyRecipe.all[round % TinyRecipe.all.count]
        try base.writeSounds(to: trial)
        try trial.write(recipe.yaml, to: "recipe.yaml")
        let isInFile = trial.dice.happens(0.2)
        if isInFile { try trial.write(inFile(key, value), to: "recipe.yaml") }
        let isInspected = trial.dice.happens(0.2)
        let setting = isInFile ? [] : ["--set=\(key)=\(value)"]
        // A value can make the whole file wrong.
        let names = [key] + (isInFile ? ["recipe.yaml"] : [])
        if isInspected {
            try trial.run(["inspect", "recipe.yaml", "--json"] + setting, Promise(names: names))
        } else {
            // Some values are correct and give a long run. It is stopped after its first steps.
            let log = trial.path("out/log.jsonl")
            try trial.run(
                ["pretrain", "recipe.yaml", "--data", "sounds", "--output", "out", "--json"] + setting,
                Promise(names: names, outputs: ["out"]),
                stopWhen: {
                    let size = try? FileManager.default.attributesOfItem(atPath: log)[.size] as? Int
                    return size ?? 0 > 2_000
                })
        }
    }

    /// A recipe file with one more section for the key, or with one more line.
    private func inFile(_ key: String, _ value: String) -> String {
        let text = value.replacing("\n", with: "\n  ")
        let parts = key.split(separator: ".")
        let tiny = "training: {steps: 1, batch_size: 2, threads: 1}\n"
        if parts.count == 1 { return tiny + "\(key): \(text)\n" }
        guard parts[0] != "training" else { return "training: {steps: 1, batch_size: 2}\n\(key): \(text)\n" }
        return tiny + "\(parts[0]):\n  \(parts[1]): \(text)\n"
    }
}
