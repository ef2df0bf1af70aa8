import Foundation
import OssicleAudio
import OssicleData
import OssicleExperiments
import OssicleModels
import OssicleTraining

/// The readers of bytes from outside that can be fuzzed. The raw value is the value of `OSSICLE_READER`.
enum Reader: String, CaseIterable {
    /// A checkpoint, or another file of tensors.
    case safetensors
    case recipe
    /// The grid of a sweep.
    case grid
    /// A table of paths and labels.
    case table
    /// The table of ESC-50.
    case esc50
    /// The notes of NSynth.
    case notes
    /// The annotations of a recording.
    case events
    /// A list of test files of Speech Commands.
    case list
    case sound

    /// The path of the file that the reader gets, in the folder of the process.
    private var name: String {
        switch self {
        case .safetensors: "file.safetensors"
        case .recipe, .grid: "file.yaml"
        case .table: "labels.csv"
        case .esc50: "meta/esc50.csv"
        case .notes: "examples.json"
        case .events: "file.txt"
        case .list: "testing_list.txt"
        case .sound: "file.sound"
        }
    }

    /// Creates the folder of the process, and the other files that the reader needs.
    /// - Returns: the path of the folder, and the path of the file that the reader gets.
    func prepare() throws -> (folder: String, file: String) {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "fuzz-\(ProcessInfo.processInfo.processIdentifier)")
        for name in ["meta", "audio", "yes"] {
            try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        if self == .list { try Data().write(to: folder.appending(path: "validation_list.txt")) }
        for name in ["0.wav", "audio/0.wav", "yes/0a_nohash_0.wav"] {
            try AudioFile.write(
                folder.appending(path: name).path, samples: [Float](repeating: 0.1, count: 800), sampleRate: 16_000)
        }
        return (folder.path, folder.appending(path: name).path)
    }

    /// Reads a file. Errors are expected; a fault ends the process.
    func read(_ file: String, in folder: String) throws {
        switch self {
        case .safetensors:
            let tensors = try SafeTensorsFile(readingFrom: file)
            for name in tensors.names { _ = try? tensors.floats(name) }
            _ = try Checkpoint(file)
        case .recipe:
            let recipe = try RecipeFile.load(file)
            let again = try RecipeFile.parse(yaml: RecipeFile.yaml(of: recipe))
            precondition(again == recipe, "a recipe is not what was written")
        case .grid: _ = try SweepPlan(readingFrom: file)
        case .table: _ = try AudioDataset.open([folder], layout: .csv)
        case .esc50: _ = try AudioDataset.open([folder], layout: .esc50)
        case .notes: _ = try AudioDataset.open([folder], layout: .nsynth)
        case .list: _ = try AudioDataset.open([folder], layout: .speechCommands)
        case .events:
            let events = try EventFile.read(file)
            try EventFile.write(events, to: folder + "/copy")
            let again = try EventFile.read(folder + "/copy")
            precondition(again.count == events.count, "events are not what was written")
        case .sound:
            _ = try AudioFile.info(file)
            // A few bytes can state hours of silence.
            let samples = try AudioFile.read(file, count: 160_000)
            precondition(samples.allSatisfy(\.isFinite), "samples are not finite")
        }
    }
}
