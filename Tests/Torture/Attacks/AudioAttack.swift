/// One damaged sound file.
struct AudioAttack: Attack {
    static let name = "audio"
    private let base: BaseInputs

    init(_ base: BaseInputs) { self.base = base }

    func run(_ trial: Trial) throws {
        let sound = trial.dice.pick(base.sounds)
        let name = "mutant.\(sound.suffix)"
        try trial.write(ByteMutation.mutated(sound.bytes, header: 120, &trial.dice), to: name)
        switch trial.dice.below(20) {
        case 0:
            try base.writeCheckpoint(to: trial)
            try trial.run(
                ["embed", "run", name, "--output", "out.npz", "--threads", "1", "--json"],
                Promise(names: [name], outputs: ["out.npz"]))
        case 1, 2:
            try trial.run(
                ["augment", "fade, white-noise snr=10", name, "--output", "out.wav"],
                Promise(names: [name], outputs: ["out.wav"]))
        case 3:
            try trial.run(["features", name, "--output", "out.png"], Promise(names: [name], outputs: ["out.png"]))
        default:
            try trial.run(["features", name, "--output", "out.npy"], Promise(names: [name], outputs: ["out.npy"]))
        }
    }
}
