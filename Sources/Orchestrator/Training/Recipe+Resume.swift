import Foundation
import OssicleConfiguration

extension Recipe {
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
