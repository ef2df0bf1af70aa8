import Foundation

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
            guard trial.exists("out.npy") else { return }
            let bytes = try Data(contentsOf: URL(filePath: trial.path("out.npy")))
            guard Self.areFinite(bytes) else { throw Trial.Fault(reason: "out.npy has values that are not finite") }
        }
    }

    /// Whether all values of a NumPy file of version 1 with 32-bit floats are finite.
    private static func areFinite(_ bytes: Data) -> Bool {
        let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
        return bytes.dropFirst(start).withUnsafeBytes { raw in
            (0..<raw.count / 4).allSatisfy { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self).isFinite }
        }
    }
}
