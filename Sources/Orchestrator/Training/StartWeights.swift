import Foundation
import OssicleGraph
import OssicleKernels

/// The encoder weights with which a training begins. They come from another run, or from any safetensors file with
/// PyTorch's names and shapes, for example one that was written with
/// `safetensors.torch.save_file(torchvision.models.resnet18().state_dict(), "resnet18.safetensors")`.
struct StartWeights {
    private let file: SafeTensorsFile
    private let prefix: String

    /// - Parameter path: the folder of a run, a checkpoint, or a safetensors file.
    init(_ path: String) throws(CheckpointError) {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
            let weights = try SafeTensorsFile(readingFrom: path)
            guard Checkpoint.isCheckpoint(weights) else {
                (file, prefix) = (weights, "")
                return
            }
        }
        let checkpoint = try Checkpoint(path)
        (file, prefix) = (checkpoint.file, checkpoint.resultPrefix)
    }

    /// Copies the values of the parameters `names` from the file.
    /// - Returns: the names that the file does not contain. These parameters keep their values.
    /// - Throws: ``CheckpointError`` if the file contains none of the names, or a tensor with another shape.
    func load(into store: ParameterStore, names: Set<String>) throws(CheckpointError) -> [String] {
        var missing: [String] = []
        for parameter in store.all {
            let entry = store.entry(parameter)
            guard names.contains(entry.name) else { continue }
            guard file.shape(prefix + entry.name) != nil else {
                missing.append(entry.name)
                continue
            }
            let values = try file.values(prefix + entry.name, of: entry)
            store.buffer(parameter).copy(from: values)
            if store.hasAverages { store.average(parameter).copy(from: values) }
        }
        if missing.count == names.count, let first = missing.first {
            throw .missingTensor(path: file.path, name: first)
        }
        return missing
    }
}

extension SafeTensorsFile {
    /// The values of a parameter, in the order in which they are stored in memory.
    func values(_ name: String, of entry: ParameterStore.Entry) throws(CheckpointError) -> [Float] {
        let values = try floats(name)
        guard shape(name) == entry.shape else {
            throw CheckpointError.wrongShape(path: path, name: name, expected: entry.shape, found: shape(name) ?? [])
        }
        return entry.layout.toMemory(values, shape: entry.shape)
    }
}
