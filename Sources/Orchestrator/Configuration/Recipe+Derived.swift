import Foundation

extension Recipe {
    /// Length of a view's samples, in seconds.
    public var viewSeconds: Double {
        let samples = frontend.windowSamples + (data.viewFrames - 1) * frontend.hopSamples
        return Double(samples) / Double(frontend.sampleRate)
    }

    /// Steps of the whole run.
    public func totalSteps(batchesPerEpoch: Int) -> Int {
        training.steps > 0 ? training.steps : training.epochs * batchesPerEpoch
    }

    /// Throws where a run with this recipe cannot go on as `wanted` to the same bits. What never changes a bit may
    /// differ (threads, loader, cache, times of checkpoints), and the length of the run, unless the schedule follows it.
    func expectResumable(as wanted: Recipe) throws(TrainingError) {
        var (saved, asked) = (self, wanted)
        for keyPath in [
            \Recipe.training.threads, \Recipe.data.workers, \Recipe.data.prefetch, \Recipe.data.cacheMemoryMiB,
        ] {
            saved[keyPath: keyPath] = asked[keyPath: keyPath]
        }
        saved.training.checkpointMinutes = asked.training.checkpointMinutes
        if schedule.name == .constant {
            saved.training.epochs = asked.training.epochs
            saved.training.steps = asked.training.steps
        }
        let (old, new) = (saved.flattened, asked.flattened)
        for key in old.keys.sorted() where old[key] != new[key] {
            throw .recipeDiffers(key: key, saved: old[key] ?? "nothing", wanted: new[key] ?? "nothing")
        }
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
