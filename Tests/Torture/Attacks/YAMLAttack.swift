/// A damaged recipe or grid.
struct YAMLAttack: Attack {
    static let name = "yaml"
    private let base: BaseInputs
    private let mutation = TextMutation(separators: Array(": ,".utf8))

    init(_ base: BaseInputs) { self.base = base }

    /// A text that stands for a billion values.
    private static let bomb =
        (0..<9).map {
            "a\($0): &a\($0) [" + [String](repeating: $0 == 0 ? "x" : "*a\($0 - 1)", count: 9).joined(separator: ", ")
                + "]\n"
        }
        .joined() + "method: *a8\n"

    /// Texts that use the parts of YAML that recipes do not need.
    private static let oddities = [
        bomb, "method: &m cola\ndata: &d {view_frames: 16}\nhead: {<<: *d, projection: 8}\n", "&a method: *a\n",
        "? method\n: cola\n", "? [method, data]\n: cola\n", "? {a: 1}\n: cola\n",
        "---\nmethod: cola\n---\nmethod: clar\n",
        "%YAML 9.9\n---\nmethod: cola\n", "!!binary method: !!float cola\n", "method: !<tag:x> cola\n",
        "method: |\n  cola\n", "method: >+\n  cola\n\n\n", "<<: {method: cola}\n", "method: cola\nmethod: clar\n",
        "data: {view_frames: 16, view_frames: 32}\n", "data:\n  view_frames: 16\ndata:\n  level: 0\n",
        "data.view_frames: 16\n", "data: {data: {view_frames: 16}}\n", "a: *nothing\n", "&a [*a]\n",
        "method: *a\ndata: &a 3\n", "data: &d\n  view_frames: *d\n", "null: 1\n", "~: ~\n", "1: 2\n",
        "- method: cola\n", "cola\n", "\"\\U0010FFFF\\x00\": 1\n",
    ]

    func run(_ trial: Trial) throws {
        if trial.dice.happens(0.25) {
            try runGrid(trial)
            return
        }
        let bases =
            TinyRecipe.all.map(\.yaml) + [base.completeRecipe, base.completeRecipe, trial.dice.pick(Self.oddities)]
        let text = trial.dice.pick(bases)
        let isOdd = Self.oddities.contains(text) && trial.dice.happens(0.5)
        try trial.write(isOdd ? Array(text.utf8) : mutation.mutated(text, &trial.dice), to: "mutant.yaml")
        let promise = Promise(
            names: ["mutant.yaml", "recipe key", "training.batch_size"], outputs: ["out"], givesLine: true)
        guard trial.dice.happens(0.25) else {
            try trial.run(["inspect", "mutant.yaml", "--json"], promise)
            return
        }
        try base.writeSounds(to: trial)
        try trial.run(
            [
                "pretrain", "mutant.yaml", "--data", "sounds", "--output", "out", "--json", "--steps", "1", "--threads",
                "1",
                "--set", "data.view_frames=24",
            ], promise)
    }

    private func runGrid(_ trial: Trial) throws {
        try base.writeSounds(to: trial)
        try trial.write(TinyRecipe.cola.yaml, to: "recipe.yaml")
        try trial.write(mutation.mutated(TinyRecipe.grid, &trial.dice), to: "mutant.yaml")
        // Folders and recipes that a grid names may be named in the message instead of the grid.
        try trial.run(
            ["sweep", "mutant.yaml", "--output", "out", "--threads", "1", "--json"],
            Promise(
                names: [
                    "mutant.yaml", "recipe key", "training.batch_size", "there is no", "cannot read the folder",
                    "sounds",
                ],
                outputs: ["out"]))
    }
}
