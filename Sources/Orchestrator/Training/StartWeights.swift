import OssicleGraph
import OssicleKernels

/// Encoder weights that a training begins with: another run's, or those of any safetensors file with PyTorch's names and
/// shapes, as `safetensors.torch.save_file(torchvision.models.resnet18().state_dict(), "resnet18.safetensors")` writes it.
struct StartWeights {
    private let file: SafeTensorsFile
    private let prefix: String

    /// - Parameter path: a run's folder, a checkpoint, or a safetensors file.
    init(_ path: String) throws(CheckpointError) {
        do {
            let checkpoint = try Checkpoint(path)
            (file, prefix) = (checkpoint.file, checkpoint.resultPrefix)
        } catch .wrongKind {
            (file, prefix) = (try SafeTensorsFile(readingFrom: path), "")
        }
    }

    /// Copies what the file holds of the parameters `names`.
    /// - Returns: those that it lacks, which keep their values.
    /// - Throws: ``CheckpointError`` where it has none of them, or one in another shape.
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
    /// A parameter's values, in memory's order.
    func values(_ name: String, of entry: ParameterStore.Entry) throws(CheckpointError) -> [Float] {
        let values = try floats(name)
        guard shape(name) == entry.shape else {
            throw CheckpointError.wrongShape(path: path, name: name, expected: entry.shape, found: shape(name) ?? [])
        }
        return entry.layout.toMemory(values, shape: entry.shape)
    }
}
