import Foundation

extension EncoderSection.Name {
    /// Whether it reads waveforms, and not spectra.
    public var isOneDimensional: Bool { self == .resNet18OfWaveforms }
}

extension Recipe.Precision {
    package var rawFormat: StorageFormat { self == .float32 ? .float32 : .bfloat16 }
}

extension Recipe {
    /// Length of a view's samples, in seconds.
    public var viewSeconds: Double {
        Double(frontend.samples(frames: data.viewFrames)) / Double(frontend.sampleRate)
    }

    /// Views of a clip in one step: anchor, positive, and where a loss asks for it the anchor at another pitch.
    public var viewsPerClip: Int {
        switch method {
        case .supervised: 1
        case .cola, .clar: 2
        case .multiStrategy: objective.frameWeight > 0 || objective.pitchWeight > 0 ? 3 : 2
        }
    }

    /// Whether labels take part in the training.
    public var usesLabels: Bool { method == .supervised || method == .clar && objective.labelWeight > 0 }

    /// Steps of the whole run.
    public func totalSteps(batchesPerEpoch: Int) -> Int {
        training.steps > 0 ? training.steps : training.epochs * batchesPerEpoch
    }

    /// Throws where a run with this recipe cannot go on as `wanted` to the same bits. What never changes a bit may
    /// differ (threads, loader, cache, the embedding, times of checkpoints and evaluations), and the length of the run, unless the
    /// schedule follows it.
    func expectResumable(as wanted: Recipe) throws(TrainingError) {
        var (saved, asked) = (self, wanted)
        for keyPath in [
            \Recipe.training.threads, \Recipe.data.workers, \Recipe.data.prefetch, \Recipe.data.cacheMemoryMiB,
        ] {
            saved[keyPath: keyPath] = asked[keyPath: keyPath]
        }
        saved.embedding = asked.embedding
        saved.training.checkpointMinutes = asked.training.checkpointMinutes
        saved.training.evaluationEpochs = asked.training.evaluationEpochs
        if schedule.name == .constant {
            saved.training.epochs = asked.training.epochs
            saved.training.steps = asked.training.steps
        }
        let (old, new) = (saved.flattened, asked.flattened)
        for key in old.keys.sorted() where old[key] != new[key] {
            throw .recipeDiffers(key: key, saved: old[key] ?? "nothing", wanted: new[key] ?? "nothing")
        }
    }

    /// A recipe's JSON, with the defaults of the keys that it lacks: those that are younger than the checkpoint.
    package static func completed(_ json: String) -> String {
        func object(_ data: Data?) -> [String: Any]? {
            data.flatMap { try? JSONSerialization.jsonObject(with: $0) as? [String: Any] }
        }
        guard var all = object(try? JSONEncoder().encode(Recipe())), let saved = object(Data(json.utf8)) else {
            return json
        }
        for (name, value) in saved {
            if let section = value as? [String: Any], let defaults = all[name] as? [String: Any] {
                all[name] = defaults.merging(section) { $1 }
            } else {
                all[name] = value
            }
        }
        let data = try? JSONSerialization.data(withJSONObject: all)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? json
    }

    /// Dotted keys and their values as text.
    private var flattened: [String: String] {
        guard let data = try? JSONEncoder().encode(self), let root = try? JSONSerialization.jsonObject(with: data)
        else {
            return [:]
        }
        var result: [String: String] = [:]
        func visit(_ value: Any, _ key: String) {
            if let section = value as? [String: Any] {
                for (name, inner) in section { visit(inner, key.isEmpty ? name : key + "." + name) }
            } else {
                result[key] = "\(value)"
            }
        }
        visit(root, "")
        return result
    }
}
