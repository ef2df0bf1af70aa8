import OssicleModels

extension Recipe {
    /// Keys that change no bit of a run's result.
    private static let free: Set<String> = [
        "training.threads", "data.workers", "data.prefetch", "data.cache_memory_mib", "embedding",
        "training.checkpoint_minutes", "training.evaluation_epochs",
    ]

    /// The first key that makes the results of a run differ from those of a run with `other`.
    /// - Parameter ignored: keys that may differ too.
    package func difference(
        from other: Recipe, ignoring ignored: Set<String> = []
    ) -> (key: String, own: String, other: String)? {
        for key in RecipeKey.all where !Self.free.contains(key.name) && !ignored.contains(key.name) {
            let (own, theirs) = (key.text(self), key.text(other))
            if own != theirs { return (key.name, own, theirs) }
        }
        return nil
    }

    /// Throws where a run with this recipe cannot go on as `wanted` to the same bits. The length of the run may differ, unless
    /// the schedule follows it.
    func expectResumable(as wanted: Recipe) throws(TrainingError) {
        let length: Set = ["training.epochs", "training.steps"]
        if let found = difference(from: wanted, ignoring: schedule.name == .constant ? length : []) {
            throw .recipeDiffers(key: found.key, saved: found.own, wanted: found.other)
        }
    }
}
