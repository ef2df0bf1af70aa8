import Foundation

/// A damaged checkpoint: its length, its header, the recipe in its header, or its tensors.
struct SafeTensorsAttack: Attack {
    static let name = "safetensors"
    private let base: BaseInputs
    private let headers: [JSONTree]
    private let metadata: [[String: JSONTree]]

    init(_ base: BaseInputs) throws {
        self.base = base
        headers = try base.checkpoints.map { try JSONTree($0.header) }
        metadata = try headers.map { header in
            var values: [String: JSONTree] = [:]
            for key in ["recipe", "counters", "classes", "embedding"] {
                guard case .string(let text)? = header["__metadata__"]?[key] else {
                    throw Trouble("a checkpoint has no \(key)")
                }
                values[key] = try JSONTree(text)
            }
            return values
        }
    }

    func run(_ trial: Trial) throws {
        let which = trial.dice.below(headers.count)
        let name = "run/checkpoint.safetensors"
        try writeMutant(which, trial, name)
        // Weights can be so large that embeddings or the loss of a step are infinite.
        let infinite = ["the loss is not a finite number", "contain NaN or infinite values"]
        let (names, threads) = ([name, "cannot resume"] + infinite, ["--threads", "1"])
        switch trial.dice.below(8) {
        case 0, 1:
            try base.writeSounds(to: trial)
            try trial.run(
                ["embed", "run", "sounds", "--output", "out.npz", "--json"] + threads,
                Promise(names: names, outputs: ["out.npz"]))
        case 2:
            try base.writeSounds(to: trial)
            try trial.run(
                ["probe", "clip", "run", "--data", "sounds", "--baseline", "none", "--neighbours", "1", "--json"]
                    + threads,
                Promise(names: names))
        case 3:
            try base.writeSounds(to: trial)
            let recipe = which == 0 ? TinyRecipe.cola : TinyRecipe.multiStrategy
            try trial.write(recipe.yaml, to: "recipe.yaml")
            try trial.run(
                [
                    "pretrain", "recipe.yaml", "--data", "sounds", "--output", "run", "--resume", "--json", "--steps",
                    "2",
                ],
                Promise(names: names))
        case 4:
            try base.writeSounds(to: trial)
            try trial.write(TinyRecipe.cola.yaml, to: "recipe.yaml")
            try trial.run(
                ["pretrain", "recipe.yaml", "--data", "sounds", "--output", "out", "--start", name, "--json"],
                Promise(names: names, outputs: ["out"]))
        default: try trial.run(["inspect", "run", "--json"], Promise(names: names))
        }
    }

    private func writeMutant(_ which: Int, _ trial: Trial, _ name: String) throws {
        let checkpoint = base.checkpoints[which]
        var header = headers[which]
        var bytes = Array(checkpoint.header.utf8)
        var (length, tensorBytes): (UInt64?, Int) = (nil, checkpoint.tensorBytes)
        switch trial.dice.below(14) {
        case 0:
            length = trial.dice.pick([
                0, 1, 2, 7, UInt64(bytes.count) - 1, UInt64(bytes.count) + 1, 100_000_001, 1 << 31, 1 << 63, .max,
            ])
        case 1: bytes = ByteMutation.mutated(bytes, header: bytes.count, &trial.dice)
        case 2: tensorBytes = trial.dice.pick([0, 1, tensorBytes - 1, tensorBytes + 1, trial.dice.below(tensorBytes)])
        case 3, 4:
            for _ in 0..<trial.dice.few(4) { header.mutate(&trial.dice) }
            bytes = Array(header.text.utf8)
        case 5:
            var entries = header["__metadata__"] ?? .object([])
            for _ in 0..<trial.dice.few(3) { entries.mutate(&trial.dice) }
            header["__metadata__"] = entries
            bytes = Array(header.text.utf8)
        case 6: break
        default:
            let key = trial.dice.pick(["recipe", "recipe", "recipe", "counters", "classes", "embedding"])
            var value = metadata[which][key] ?? .raw("null")
            if trial.dice.happens(0.5) {
                for _ in 0..<trial.dice.few(6) { value.mutateNumber(&trial.dice) }
            } else {
                for _ in 0..<trial.dice.few(3) { value.mutate(&trial.dice) }
            }
            header["__metadata__"]?[key] = .string(value.text)
            bytes = Array(header.text.utf8)
        }
        try SafeTensors.write(bytes, length: length, tensorBytes: tensorBytes, to: trial, name)
        if trial.dice.happens(0.2) { try pokeTensors(trial, name, from: 8 + bytes.count) }
    }

    /// Writes special numbers into the tensors.
    private func pokeTensors(_ trial: Trial, _ name: String, from start: Int) throws {
        let file = try FileHandle(forUpdating: URL(filePath: trial.path(name)))
        defer { try? file.close() }
        let end = Int(try file.seekToEnd())
        guard end > start + 4 else { return }
        for _ in 0..<trial.dice.number(1...2_000) {
            let value = trial.dice.pick([
                Float.nan, .infinity, -.infinity, 3e38, -3e38, Float.leastNonzeroMagnitude, 1, -1,
            ])
            try file.seek(toOffset: UInt64(start + 4 * trial.dice.below((end - start) / 4)))
            try file.write(contentsOf: withUnsafeBytes(of: value) { Data($0) })
        }
    }
}
