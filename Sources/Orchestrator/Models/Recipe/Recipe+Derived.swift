import OssicleAudio

extension Recipe {
    /// The duration of a view's samples in seconds.
    public var viewSeconds: Double {
        Double(frontend.samples(frames: data.viewFrames)) / Double(frontend.sampleRate)
    }

    /// The number of steps of the whole run.
    public func totalSteps(batchesPerEpoch: Int) -> Int {
        training.steps > 0 ? training.steps : training.epochs * batchesPerEpoch
    }
}
