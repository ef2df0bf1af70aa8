import Foundation

/// A disk that is full or read-only, and input that changes or vanishes during a run.
struct DiskAttack: Attack {
    static let name = "disk"
    private let base: BaseInputs
    /// Whether this process may mount a file system.
    private let mounts: Bool

    init(_ base: BaseInputs) {
        self.base = base
        let folder = FileManager.default.temporaryDirectory.appending(path: "torture-mount-\(getpid())").path
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        mounts = Self.mount(folder, "size=64k")
        if mounts { Self.unmount(folder) }
        rmdir(folder)
    }

    var skipped: [String] { mounts ? [] : ["full and read-only file systems, which only root can mount"] }

    /// The longest time before a change, in seconds. The runs take about as long.
    private static let longestDelay = 1.5

    func run(_ trial: Trial) throws {
        try base.writeSounds(to: trial)
        try base.writeCheckpoint(to: trial, "model/checkpoint.safetensors")
        try trial.write(TinyRecipe.cola.yaml, to: "recipe.yaml")
        switch trial.dice.below(10) {
        case 0..<3 where mounts: try runOnVolume(trial)
        case 0..<5: try runWithLimit(trial)
        case 5: try runWithFullStream(trial)
        default: try runWithChange(trial)
        }
    }

    /// A command that writes to `folder`, and the file that a failure must not leave there.
    private func command(_ trial: Trial, _ folder: String) -> (arguments: [String], output: String?) {
        let commands: [(words: String, file: String?)] = [
            ("features SOUND --output F/o.npy", "o.npy"), ("features SOUND --output F/o.png", "o.png"),
            ("augment fade SOUND --output F/o.wav", "o.wav"), ("augment fade SOUND --output F/o.flac", "o.flac"),
            ("augment fade SOUND --output F/o.ogg", "o.ogg"), ("augment fade SOUND --output F/o.mp3", "o.mp3"),
            ("embed model sounds --output F/o.npz --map F/o.svg --threads 1", "o.npz"),
            ("embed model sounds --output F/o.npz --level frame --threads 1", "o.npz"),
            ("probe clip model --data sounds --baseline none --stages --picture F/o.svg --threads 1", "o.svg"),
            ("corpus soundscapes --events sounds --backgrounds sounds --output F/mixed --size 10 --seconds 1", nil),
            ("pretrain recipe.yaml --data sounds --output F/r", nil),
            ("pretrain recipe.yaml --data sounds --output F/r --steps 3 --set training.checkpoint_minutes=1e-9", nil),
        ]
        let (words, file) = trial.dice.pick(commands)
        let arguments = words.split(separator: " ").map {
            $0.replacing("F/", with: folder + "/").replacing("SOUND", with: "sounds/low/0.wav")
        }
        return (arguments.map { String($0) }, file.map { "\(folder)/\($0)" })
    }

    /// Standard output or standard error is full.
    private func runWithFullStream(_ trial: Trial) throws {
        let isError = trial.dice.happens(0.5)
        let isWrong = isError && trial.dice.happens(0.3)
        let (arguments, _) = isWrong ? (["inspect", "nothing.yaml"], nil) : command(trial, "volume")
        try trial.makeFolder("volume")
        try trial.run(
            prefix: ["/bin/sh", "-c", "exec \"$0\" \"$@\" \(isError ? 2 : 1)> /dev/full"], arguments,
            Promise(names: ["standard output"], fails: !isError, isSilent: isError))
    }

    private func runOnVolume(_ trial: Trial) throws {
        try trial.makeFolder("volume")
        let isReadOnly = trial.dice.happens(0.3)
        let size = trial.dice.pick(["4k", "8k", "16k", "64k", "256k", "1m", "20m", "40m"])
        let options = trial.dice.happens(0.1) ? "size=\(size),nr_inodes=\(trial.dice.number(1...4))" : "size=\(size)"
        guard Self.mount(trial.path("volume"), options) else { throw Trouble("cannot mount a file system") }
        defer { Self.unmount(trial.path("volume")) }
        if isReadOnly { _ = Self.mount(trial.path("volume"), "remount,ro") }
        let (arguments, output) = command(trial, "volume")
        try trial.run(arguments, Promise(names: ["volume"], outputs: output.map { [$0] } ?? []))
    }

    /// A limit of the size of files has the effect of a full disk, and needs no rights.
    private func runWithLimit(_ trial: Trial) throws {
        try trial.makeFolder("volume")
        // The limit is valid for standard error, too, which must have room for a message.
        let blocks = trial.dice.pick([2, 4, 8, 64, 1_000, 20_000, 40_000])
        let (arguments, output) = command(trial, "volume")
        try trial.run(
            prefix: ["/bin/sh", "-c", "trap '' XFSZ; ulimit -f \(blocks); exec \"$0\" \"$@\""], arguments,
            Promise(names: ["volume"], outputs: output.map { [$0] } ?? []))
    }

    private func runWithChange(_ trial: Trial) throws {
        let names = ["sounds", "model/", "target", "recipe.yaml"]
        let delay = Self.longestDelay * trial.dice.share() * trial.dice.share()
        let isTraining = trial.dice.happens(0.7)
        let changed =
            trial.dice.happens(0.7)
            ? "sounds/low/\(2 * trial.dice.below(4)).wav"
            : trial.dice.pick(
                isTraining
                    ? ["sounds/low", "sounds", "recipe.yaml", "target"] : ["model/checkpoint.safetensors", "sounds"])
        let change = trial.dice.pick(Change.allCases)
        let arguments =
            isTraining
            ? [
                "pretrain", "recipe.yaml", "--data", "sounds", "--output", "target", "--steps", "12", "--set",
                "data.cache_memory_mib=0", "--set",
                "training.checkpoint_minutes=1e-9", "--json",
            ] : ["embed", "model", "sounds", "--output", "target.npz", "--threads", "1", "--json"]
        let path = trial.path(changed)
        try trial.run(
            arguments, Promise(names: names, outputs: isTraining ? [] : ["target.npz"]), after: delay,
            meanwhile: { change.apply(to: path) })
    }

    /// A change of a file or folder while it is used.
    private enum Change: CaseIterable {
        case remove, empty, shorten, lengthen, garbage, folder, link, pipe

        func apply(to path: String) {
            switch self {
            case .remove: try? FileManager.default.removeItem(atPath: path)
            case .empty: truncate(path, 0)
            case .shorten: truncate(path, 1_000)
            case .lengthen: truncate(path, 100_000_000)
            case .garbage: try? Data("garbage".utf8).write(to: URL(filePath: path))
            case .folder: replace(path) { mkdir($0, 0o755) }
            case .link: replace(path) { symlink($0, $0) }
            case .pipe: replace(path) { mkfifo($0, 0o644) }
            }
        }

        private func replace(_ path: String, with make: (String) -> Int32) {
            try? FileManager.default.removeItem(atPath: path)
            _ = make(path)
        }
    }

    private static func mount(_ folder: String, _ options: String) -> Bool {
        run("mount", ["-t", "tmpfs", "-o", options, "torture", folder])
    }

    private static func unmount(_ folder: String) { _ = run("umount", [folder]) }

    private static func run(_ program: String, _ arguments: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
