/// Cuts views from clips: crop → level jitter → noise → log-mel → masks.
///
/// A view depends on the clip's samples and on (seed, epoch, clip, view) alone: whoever cuts it, and whenever, gets the same
/// bits.
public struct ViewCutter: Sendable {
    public let store: ClipStore
    /// Samples under a view's frames.
    public let viewSamples: Int
    /// Values of a view: frames × mel bands.
    public let viewValues: Int

    private let logMel: LogMel
    private let augmentation: AugmentationSection
    private let frames: Int
    private let bands: Int
    private let seed: UInt64

    public init(store: ClipStore, recipe: Recipe) throws(DataError) {
        self.store = store
        do {
            logMel = try LogMel(recipe.frontend)
        } catch {
            throw .frontend(error)
        }
        augmentation = recipe.augmentation
        frames = recipe.data.viewFrames
        bands = recipe.frontend.melBands
        seed = recipe.training.seed
        viewSamples = logMel.samples(frames: frames)
        viewValues = frames * bands
    }

    /// View number `view` of `clip`, (frames, mel bands); nil if the clip was dropped.
    ///
    /// View 0 is the anchor; white noise (`positive_noise`) is added to the others.
    public func cut(clip: Int, epoch: Int, view: Int) -> [Float]? {
        guard let samples = waveform(clip: clip, epoch: epoch, view: view) else { return nil }
        var values = logMel.extract(samples)
        var span = values.mutableSpan
        mask(&span, clip: clip, epoch: epoch, view: view)
        return values
    }

    /// The waveform of a view, augmented; nil if the clip was dropped.
    public func waveform(clip: Int, epoch: Int, view: Int) -> [Float]? {
        guard let clipSamples = store.count(of: clip) else { return nil }
        var stream = stream(.crop, clip, epoch, view)
        let crop = Crop.draw(view: viewSamples, clip: clipSamples, from: &stream)
        guard let cropped = store.samples(of: clip, from: crop.from, count: crop.count) else { return nil }
        var samples = crop.padded(cropped)
        var span = samples.mutableSpan
        if augmentation.levelJitterDB > 0 {
            var stream = self.stream(.levelJitter, clip, epoch, view)
            LevelJitter.draw(maximumDB: augmentation.levelJitterDB, from: &stream).apply(to: &span)
        }
        if augmentation.positiveNoise > 0, view > 0 {
            WhiteNoise(deviation: augmentation.positiveNoise, stream: self.stream(.noise, clip, epoch, view))
                .apply(to: &span)
        }
        return samples
    }

    private func mask(_ values: inout MutableSpan<Float>, clip: Int, epoch: Int, view: Int) {
        guard augmentation.timeMasks + augmentation.frequencyMasks > 0 else { return }
        var sum = 0.0
        for i in values.indices { sum += Double(values[i]) }
        let mean = Float(sum / Double(values.count))
        var timeStream = stream(.timeMask, clip, epoch, view)
        SpectrogramMask.draw(
            .time, count: augmentation.timeMasks, longest: augmentation.timeMaskFrames, length: frames,
            from: &timeStream
        ).apply(to: &values, bands: bands, value: mean)
        var frequencyStream = stream(.frequencyMask, clip, epoch, view)
        SpectrogramMask.draw(
            .frequency, count: augmentation.frequencyMasks, longest: augmentation.frequencyMaskBands, length: bands,
            from: &frequencyStream
        ).apply(to: &values, bands: bands, value: mean)
    }

    private func stream(_ purpose: RandomStream.Purpose, _ clip: Int, _ epoch: Int, _ view: Int) -> RandomStream {
        RandomStream(seed: seed, purpose: purpose, epoch: epoch, clip: clip, view: view)
    }
}
