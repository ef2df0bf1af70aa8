import Foundation
import OssicleGraph
import OssicleKernels
import OssicleModels

/// Where a run stands: the next batch to train on.
public struct RunCounters: Codable, Sendable, Equatable {
    public var epoch = 0
    public var batch = 0
    /// Steps done.
    public var step = 0
    /// Loss of the run's first step.
    public var firstLoss: Double?
    /// nil in a checkpoint of an earlier version.
    var measures: RunMeasures?
    /// The places at which the run went on with other data, in order; nil: there is none.
    var dataChanges: [DataChange]?
    public init() {}

    /// A place at which a run went on with other data.
    struct DataChange: Codable, Sendable, Equatable {
        /// The first epoch with the new data, from 0, and the number of steps before it.
        let epoch: Int
        let step: Int
        /// What happened, as a sentence.
        let sentence: String
    }

    /// Whether all numbers are those of a possible run, so that computing with them cannot overflow.
    var areInRange: Bool {
        let counts =
            [epoch, batch, step] + (dataChanges ?? []).flatMap { [$0.epoch, $0.step] } + (measures?.counts ?? [])
        return counts.allSatisfy((0...1 << 40).contains)
    }

    /// The number of steps of the whole run. Epochs before the last change of the data count with the steps that they
    /// had.
    func totalSteps(_ recipe: Recipe, batchesPerEpoch: Int) -> Int {
        guard recipe.training.steps == 0, let change = dataChanges?.last else {
            return recipe.totalSteps(batchesPerEpoch: batchesPerEpoch)
        }
        return change.step + max(0, recipe.training.epochs - change.epoch) * batchesPerEpoch
    }

    /// The number of epochs of a run with `totalSteps` steps.
    func totalEpochs(_ totalSteps: Int, batchesPerEpoch: Int) -> Int {
        let (epoch, step) = dataChanges?.last.map { ($0.epoch, $0.step) } ?? (0, 0)
        return epoch + (max(0, totalSteps - step) + batchesPerEpoch - 1) / batchesPerEpoch
    }

    /// Begins a new epoch with other data. The batches of the old epoch that are left are not used, and its means are not
    /// reported.
    mutating func changeData(_ sentence: String) {
        if batch > 0 {
            epoch += 1
            batch = 0
            measures?.forgetEpoch()
        }
        dataChanges = (dataChanges ?? []) + [DataChange(epoch: epoch, step: step, sentence: sentence)]
    }
}

/// A run's whole state in one safetensors file: weights, batch norm's statistics, the averages of both where they are kept,
/// the optimizer's moments, and in the metadata the resolved recipe, the counters, the classes and the embedding. It is written beside
/// the old one and renamed over it.
public struct Checkpoint {
    public static let fileName = "checkpoint.safetensors"
    private static let kind = "ossicle-checkpoint"
    private static let version = "1"
    private static let average = "average"

    public let path: String
    public let recipe: Recipe
    public let counters: RunCounters
    public let classes: [String]
    /// The clips that it was trained on, as ``AudioDataset/identity`` describes them; empty in older checkpoints.
    package let data: String
    /// What its vectors are read from; of a checkpoint that is older than embeddings, what its recipe gives.
    public let embedding: Embedding
    let file: SafeTensorsFile
    /// Before the names of the values that are the run's result: its averages, where it kept them.
    var resultPrefix: String { recipe.optimizer.average > 0 ? Self.average + "/" : "" }

    /// Whether a file of tensors says that it is a checkpoint.
    static func isCheckpoint(_ file: SafeTensorsFile) -> Bool { file.metadata["format"] == kind }

    /// Reads `path`, a run's folder or a checkpoint file.
    public init(_ path: String) throws(CheckpointError) {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let filePath = isFolder.boolValue ? path + "/" + Self.fileName : path
        guard exists, FileManager.default.fileExists(atPath: filePath) else {
            throw CheckpointError.notFound(path: filePath)
        }
        file = try SafeTensorsFile(readingFrom: filePath)
        self.path = filePath
        let metadata = file.metadata
        guard metadata["format"] == Self.kind else {
            throw CheckpointError.wrongKind(path: filePath, found: metadata["format"] ?? "other tensors")
        }
        guard metadata["version"] == Self.version else {
            throw CheckpointError.wrongKind(path: filePath, found: "version \(metadata["version"] ?? "unknown")")
        }
        recipe = try Self.decode(metadata["recipe"], "recipe", filePath)
        guard MethodName.allCases.contains(recipe.method) else {
            throw CheckpointError.unknownPlugIn(path: filePath, kind: "method", name: recipe.method.rawValue)
        }
        guard EncoderName.allCases.contains(recipe.encoder.name) else {
            throw CheckpointError.unknownPlugIn(path: filePath, kind: "encoder", name: recipe.encoder.name.rawValue)
        }
        do {
            try recipe.validate()
        } catch {
            throw CheckpointError.wrongKind(path: filePath, found: "a recipe that cannot be used (\(error))")
        }
        counters = try Self.decode(metadata["counters"], "counters", filePath)
        guard counters.areInRange else {
            throw CheckpointError.wrongKind(path: filePath, found: "counters that no run can have")
        }
        data = metadata["data"] ?? ""
        classes = try Self.decode(metadata["classes"], "classes", filePath)
        if metadata["embedding"] != nil {
            embedding = try Self.decode(metadata["embedding"], "embedding", filePath)
            guard embedding.isReadable(from: recipe) else {
                throw CheckpointError.wrongKind(path: filePath, found: "an embedding that its encoder does not have")
            }
        } else {
            embedding = Embedding(recipe: recipe)
        }
    }

    private static func decode<T: Decodable>(
        _ text: String?, _ name: String, _ path: String
    ) throws(CheckpointError) -> T {
        guard let text, let value = try? JSONDecoder().decode(T.self, from: Data(text.utf8)) else {
            throw CheckpointError.wrongKind(path: path, found: "a checkpoint without a readable \(name)")
        }
        return value
    }

    /// Copies the stored values into every parameter of `store`, to go on with the training.
    /// - Parameter moments: names of the optimizer's moments.
    func load(into store: ParameterStore, moments: [String] = []) throws(CheckpointError) {
        for parameter in store.all {
            let entry = store.entry(parameter)
            store.buffer(parameter).copy(from: try file.values(entry.name, of: entry))
            if store.hasAverages {
                store.average(parameter).copy(from: try file.values("\(Self.average)/\(entry.name)", of: entry))
            }
            guard entry.isTrained else { continue }
            for (order, moment) in moments.enumerated() {
                store.moment(order, parameter).copy(from: try file.values("\(moment)/\(entry.name)", of: entry))
            }
        }
    }

    /// The same to use the result, for the parameters that `wanted` names: the averages, where the run kept them.
    package func loadResult(
        into store: ParameterStore, where wanted: (String) -> Bool = { _ in true }
    ) throws(CheckpointError) {
        for parameter in store.all {
            let entry = store.entry(parameter)
            guard wanted(entry.name) else { continue }
            store.buffer(parameter).copy(from: try file.values(resultPrefix + entry.name, of: entry))
        }
    }

    /// - Parameter data: ``AudioDataset/identity`` of the clips.
    static func write(
        to folder: String, store: ParameterStore, moments: [String], recipe: Recipe, counters: RunCounters,
        classes: [String], data: String = ""
    ) throws(CheckpointError) {
        let path = folder + "/" + fileName
        var writer = SafeTensorsWriter()
        for parameter in store.all {
            let entry = store.entry(parameter)
            func add(_ prefix: String, _ buffer: Buffer) {
                writer.add(
                    name: prefix + entry.name, floats: entry.layout.toFile(buffer.array, shape: entry.shape),
                    shape: entry.shape)
            }
            add("", store.buffer(parameter))
            if store.hasAverages { add(average + "/", store.average(parameter)) }
            guard entry.isTrained else { continue }
            for (order, moment) in moments.enumerated() { add(moment + "/", store.moment(order, parameter)) }
        }
        writer.metadata = [
            "format": kind, "version": version, "recipe": try encode(recipe, path),
            "counters": try encode(counters, path),
            "classes": try encode(classes, path), "embedding": try encode(Embedding(recipe: recipe), path),
            "data": data,
        ]
        try writer.write(to: path)
    }

    /// The size of the tensors of a checkpoint in bytes. The file is a little larger.
    static func bytes(of store: ParameterStore, moments: [String]) -> Int {
        store.all.reduce(0) { sum, parameter in
            let entry = store.entry(parameter)
            let copies = 1 + (store.hasAverages ? 1 : 0) + (entry.isTrained ? moments.count : 0)
            return sum + 4 * copies * entry.count
        }
    }

    private static func encode(_ value: some Encodable, _ path: String) throws(CheckpointError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw CheckpointError.cannotWrite(path: path, reason: "\(error)")
        }
    }
}

extension Checkpoint {
    /// The embedding of the kind that is asked for; nil: the checkpoint's own.
    public func embedding(_ kind: Embedding.Kind?) -> Embedding {
        kind.map { $0 == embedding.kind ? embedding : Embedding(recipe: recipe, kind: $0) } ?? embedding
    }

    /// The stored encoder in inference mode.
    /// - Parameter embedding: nil: the checkpoint's own.
    public func encoder(
        embedding: Embedding? = nil, level: EncoderProgram.Level = .clip, batch: Int = 64, threads: Int
    ) throws -> EncoderProgram {
        let store = ParameterStore()
        let program = try EncoderProgram(
            recipe: recipe, parameters: store, embedding: embedding ?? self.embedding, level: level, batch: batch,
            threads: threads)
        try loadResult(into: store)
        return program
    }
}
