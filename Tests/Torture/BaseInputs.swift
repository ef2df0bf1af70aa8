import Foundation

/// Correct inputs, which the trials change. They are made once, partly by the program under test.
struct BaseInputs: Sendable {
    /// A checkpoint: the header and the size of the tensors.
    struct Checkpoint: Sendable {
        let header: String
        let tensorBytes: Int
    }

    /// Sounds in all formats, with several sample rates and numbers of channels.
    let sounds: [(suffix: String, bytes: [UInt8])]
    /// Eight WAV files of a quarter of a second.
    let waves: [[UInt8]]
    /// Checkpoints of runs of cola and of multi-strategy.
    let checkpoints: [Checkpoint]
    /// The names and values of all keys of a recipe.
    let keys: [String]
    /// The complete recipe of a run, as the program writes it.
    let completeRecipe: String
    /// The files of a finished cell of a sweep that the program reads again, by name.
    let cell: [String: String]

    /// - Parameter folder: a folder for temporary files.
    init(program: Program, folder: String) throws {
        let trial = try Trial(kind: "base", seed: 0, number: 0, folder: folder, program: program)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        waves = try (0..<8).map { try Sound(seconds: 0.25, hertz: 200 + 150 * Double($0)).bytes(in: folder) }
        sounds = try SoundFormat.all.flatMap { format in
            try format.rates.flatMap { rate in
                try [1, 2].map { channels in
                    (format.suffix, try Sound(format: format, sampleRate: rate, channels: channels).bytes(in: folder))
                }
            }
        }
        try Self.writeSounds(waves, trial)
        var checkpoints: [Checkpoint] = []
        for recipe in [TinyRecipe.cola, TinyRecipe.multiStrategy] {
            try trial.write(recipe.yaml, to: "recipe.yaml")
            let arguments = ["pretrain", "recipe.yaml", "--data", "sounds", "--output", recipe.name]
            try Self.expectSuccess(trial, arguments)
            checkpoints.append(try Self.checkpoint(trial.path(recipe.name + "/checkpoint.safetensors")))
        }
        self.checkpoints = checkpoints
        completeRecipe = try String(contentsOfFile: trial.path("cola/recipe.yaml"), encoding: .utf8)
        keys = Self.keys(completeRecipe)
        try trial.write(TinyRecipe.cola.yaml, to: "recipe.yaml")
        try trial.write(TinyRecipe.grid.replacing("[a, b]", with: "[a]"), to: "grid.yaml")
        try Self.expectSuccess(trial, ["sweep", "grid.yaml", "--output", "sweep", "--threads", "1"])
        cell = try Dictionary(
            uniqueKeysWithValues: ["recipe.yaml", "report.json", "log.jsonl", "probe.json"].map {
                ($0, try String(contentsOfFile: trial.path("sweep/a+seed-0/\($0)"), encoding: .utf8))
            })
    }

    private static func expectSuccess(_ trial: Trial, _ arguments: [String]) throws {
        let answer = try trial.runUnjudged(arguments)
        guard answer.ending == .exited(0) else {
            throw Trouble("the program cannot run a correct input: \(trial.commands.last ?? ""): \(answer.complaint)")
        }
    }

    private static func checkpoint(_ path: String) throws -> Checkpoint {
        let data = try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
        let (header, start) = SafeTensors.header(of: data)
        return Checkpoint(header: header, tensorBytes: data.count - start)
    }

    /// The keys of a recipe of two levels.
    private static func keys(_ yaml: String) -> [String] {
        var section = ""
        var keys: [String] = []
        for line in yaml.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].trimmingCharacters(in: .whitespaces)
            if line.hasPrefix(" ") {
                keys.append("\(section).\(name)")
            } else if line.hasSuffix(":") {
                section = name
            } else {
                keys.append(name)
            }
        }
        return keys
    }

    /// Writes the WAV files as two classes.
    private static func writeSounds(_ waves: [[UInt8]], _ trial: Trial) throws {
        for (number, wave) in waves.enumerated() {
            try trial.write(wave, to: "sounds/\(number % 2 == 0 ? "low" : "high")/\(number).wav")
        }
    }

    /// Writes the folder `sounds` with two classes of four clips.
    func writeSounds(to trial: Trial) throws { try Self.writeSounds(waves, trial) }

    /// Writes an undamaged checkpoint of cola whose tensors are zeros.
    func writeCheckpoint(to trial: Trial, _ name: String = "run/checkpoint.safetensors") throws {
        let checkpoint = checkpoints[0]
        try SafeTensors.write(Array(checkpoint.header.utf8), tensorBytes: checkpoint.tensorBytes, to: trial, name)
    }
}
