import Foundation

/// A run that is killed or stopped at random moments and resumed. Its result must be that of an uninterrupted run, bit
/// for bit, and its log must have every step once.
struct KillsAttack: Attack {
    static let name = "kills"
    private let base: BaseInputs

    init(_ base: BaseInputs) { self.base = base }

    func run(_ trial: Trial) throws {
        let recipe = trial.dice.pick([TinyRecipe.cola, .multiStrategy, .clar, .supervised])
        let steps = trial.dice.number(3...9)
        // A checkpoint after every step, after some of them, or only at the end.
        let minutes = trial.dice.pick(["1e-9", "0.001", "0.005", "5"])
        try base.writeSounds(to: trial)
        try trial.write(recipe.yaml, to: "recipe.yaml")
        let arguments = [
            "pretrain", "recipe.yaml", "--data", "sounds", "--steps", "\(steps)", "--set",
            "training.checkpoint_minutes=\(minutes)", "--json",
        ]
        let whole = try trial.run(arguments + ["--output", "whole"], Promise(names: ["whole"], succeeds: true))
        trial.mutants = 0
        for _ in 0..<trial.dice.few(5) {
            let moment = trial.dice.share() * whole.seconds
            let isKilled = trial.dice.happens(0.8)
            let start = Date()
            let answer = try trial.runUnjudged(
                arguments + next(trial), killAfter: isKilled ? moment : nil,
                stopWhen: { !isKilled && -start.timeIntervalSinceNow > moment })
            trial.mutants += 1
            // SIGTERM before the program watches for it ends the process, as usual.
            let endings: [Ending] = [.exited(0), isKilled ? .killed : .died(signal: SIGTERM), .exited(130)]
            guard endings.contains(answer.ending) else {
                throw trial.fault("a resumed run ended with \(answer.ending): \(answer.complaint.prefix(500))")
            }
            if answer.ending == .exited(0) { break }
        }
        try trial.run(arguments + next(trial), Promise(names: ["part"], succeeds: true))
        try compare(trial, steps)
    }

    /// The output, and `--resume` if there is a checkpoint. The number of threads changes no bit.
    private func next(_ trial: Trial) -> [String] {
        let resume = trial.exists("part/checkpoint.safetensors") ? ["--resume"] : []
        return ["--output", "part", "--threads", trial.dice.pick(["1", "2", "3"])] + resume
    }

    private func compare(_ trial: Trial, _ steps: Int) throws {
        let checkpoints = try ["whole", "part"].map { try checkpoint(trial, $0) }
        guard checkpoints[0].header == checkpoints[1].header else { throw trial.fault("the header has other bits") }
        guard checkpoints[0].tensors == checkpoints[1].tensors else { throw trial.fault("the tensors have other bits") }
        let logs = try ["whole", "part"].map { try log(trial, $0) }
        guard logs[0].steps == logs[1].steps else { throw trial.fault("the log has other steps") }
        guard logs[0].steps.count == steps, logs[0].epochs == logs[1].epochs else {
            throw trial.fault("the log has steps or epochs several times, or lacks some")
        }
        let remaining = trial.partialFiles(in: "part")
        guard remaining.isEmpty else { throw trial.fault("it left part/\(remaining[0]) behind") }
    }

    /// A checkpoint, without the number of threads, which its recipe contains.
    private func checkpoint(_ trial: Trial, _ run: String) throws -> (header: String, tensors: Data) {
        let path = trial.path("\(run)/checkpoint.safetensors")
        let data = try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
        let (header, start) = SafeTensors.header(of: data)
        return (header.replacing(#/\\"threads\\":\d/#, with: ""), data[start...])
    }

    /// The lines of the steps in a log, and the numbers of the epochs that it closes.
    private func log(_ trial: Trial, _ run: String) throws -> (steps: [Substring], epochs: [Substring]) {
        let text = try String(contentsOfFile: trial.path("\(run)/log.jsonl"), encoding: .utf8)
        let lines = text.split(separator: "\n")
        let epochs = lines.filter { $0.contains("effective_rank") }.compactMap {
            $0.firstMatch(of: /"epoch":\d+/)?.output
        }
        return (lines.filter { !$0.contains("effective_rank") }, epochs)
    }
}
