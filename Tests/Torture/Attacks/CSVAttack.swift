/// A damaged table of labels.
struct CSVAttack: Attack {
    static let name = "csv"
    private let base: BaseInputs
    private let mutation = TextMutation(separators: Array(",".utf8))

    init(_ base: BaseInputs) { self.base = base }

    func run(_ trial: Trial) throws {
        let isESC = trial.dice.happens(0.4)
        var rows = [isESC ? "filename,fold,target,category,esc10,src_file,take" : "path,label,split,fold,group,pitch"]
        for (number, wave) in base.waves.enumerated() {
            let (name, label) = ("\(number).wav", number % 2 == 0 ? "low" : "high, \"loud\"")
            let quoted = "\"\(label.replacing("\"", with: "\"\""))\""
            let path = "table/\(isESC ? "audio/" : "")\(name)"
            try trial.write(wave, to: path)
            rows.append(
                isESC
                    ? "\(name),\(1 + number / 4),\(number % 2),\(quoted),True,10,A"
                    : "\(name),\(quoted),\(number < 4 ? "train" : "test"),\(number / 4),group\(number / 2),\(60 + number)"
            )
        }
        let table = isESC ? "meta/esc50.csv" : trial.dice.pick(["labels.csv", "manifest.csv", "metadata.csv"])
        try trial.write(mutation.mutated(rows.joined(separator: "\n") + "\n", &trial.dice), to: "table/\(table)")
        let promise = Promise(names: ["table"], outputs: ["out", "out.npz"])
        let layout = trial.dice.happens(0.5) ? ["--layout", isESC ? "esc50" : "csv"] : []
        let ending = layout + ["--threads", "1", "--json"]
        switch trial.dice.below(6) {
        case 0:
            try trial.write(TinyRecipe.supervised.yaml, to: "recipe.yaml")
            try trial.run(["pretrain", "recipe.yaml", "--data", "table", "--output", "out"] + ending, promise)
        case 1:
            try base.writeCheckpoint(to: trial)
            try trial.run(["embed", "run", "table", "--output", "out.npz"] + ending, promise)
        case 2 where !isESC:
            try base.writeCheckpoint(to: trial)
            try trial.run(["probe", "pitch", "run", "--data", "table", "--baseline", "none"] + ending, promise)
        default:
            try base.writeCheckpoint(to: trial)
            try trial.run(
                ["probe", "clip", "run", "--data", "table", "--baseline", "none"]
                    + (trial.dice.happens(0.7) ? ["--neighbours", "1"] : []) + ending, promise)
        }
    }
}
