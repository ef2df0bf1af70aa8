import OssicleModels

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
        for key in RecipeKey.all where key.text(saved) != key.text(asked) {
            throw .recipeDiffers(key: key.name, saved: key.text(saved), wanted: key.text(asked))
        }
    }
}
