import OssicleModels

extension Recipe {
    /// The keys that have no effect on the bits of a run's result.
    private static let free: Set<String> = [
        "training.threads", "data.workers", "data.prefetch", "data.cache_memory_mib", "embedding",
        "training.checkpoint_minutes", "training.evaluation_epochs",
    ]

    /// The first key that differs from `other` and has an effect on the results of a run; nil if there is none.
    /// - Parameter ignored: further keys that may differ.
    package func difference(
        from other: Recipe, ignoring ignored: Set<String> = []
    ) -> (key: String, own: String, other: String)? {
        for key in RecipeKey.all where !Self.free.contains(key.name) && !ignored.contains(key.name) {
            let (own, theirs) = (key.text(self), key.text(other))
            if own != theirs { return (key.name, own, theirs) }
        }
        return nil
    }

    /// Checks that a run with this recipe can be resumed with the recipe `wanted`, with the same bits as a result. The
    /// length of the run may differ if the schedule does not depend on it.
    /// - Throws: ``TrainingError/recipeDiffers(key:saved:wanted:)``.
    func expectResumable(as wanted: Recipe) throws(TrainingError) {
        let length: Set = ["training.epochs", "training.steps"]
        if let found = difference(from: wanted, ignoring: schedule.name == .constant ? length : []) {
            throw .recipeDiffers(key: found.key, saved: found.own, wanted: found.other)
        }
    }
}
