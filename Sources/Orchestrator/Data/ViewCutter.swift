import Foundation
import OssicleAudio
import OssicleBase
import OssicleKernels
import OssicleModels

/// The part of the loader that cuts views from clips and augments them, in this order: crop → pitch shift → chain →
/// background → level jitter → noise → trim → front end → masks → band limit.
///
/// A view depends only on the samples of the clips and on (seed, epoch, clip, view). It has the same bits in any thread
/// and at any time.
package struct ViewCutter: Sendable {
    package let store: ClipStore
    /// The roles of the views of a clip, in the order of a batch.
    let views: [ViewRole]
    /// The number of samples that the frames of a view need.
    package let viewSamples: Int
    /// The number of values of a view: frames × bands × channels.
    package let viewValues: Int

    /// The clips from which backgrounds are taken.
    private let backgrounds: [Int]
    private let frontEnd: any FrontEnd
    private let pitch: PitchMachine?
    private let augmentation: AugmentationSection
    private let placement: DataSection.Placement
    /// The largest distance of the starts of an anchor and its positive, in samples. 0: any distance.
    private let reach: Int
    /// The values of the spectrum of silence, one per channel.
    private let silence: [Float]
    private let frames: Int
    private let bands: Int
    private let seed: UInt64

    /// - Parameters:
    ///   - store: the decoded clips.
    ///   - recipe: the recipe of the run.
    ///   - backgrounds: the clips from which backgrounds are taken, if the recipe uses backgrounds: the training clips.
    /// - Throws: `DataError.frontend` or `DataError.augmentation` if the recipe's settings are impossible.
    package init(store: ClipStore, recipe: Recipe, backgrounds: [Int]) throws(DataError) {
        self.store = store
        views = recipe.trainingMethod.views
        precondition(
            views.first?.placement == .anywhere, "the first view of a method lies anywhere: the others refer to it")
        self.backgrounds = backgrounds
        do {
            frontEnd = try recipe.frontend.makeFrontEnd()
        } catch {
            throw .frontend(error)
        }
        do {
            let isUsed =
                recipe.augmentation.pitchShift > 0 || views.contains { $0.pitchShift != nil }
                || !recipe.augmentation.chain.steps.isEmpty
            pitch =
                !isUsed
                ? nil : try PitchMachine(recipe.augmentation.pitchEngine, sampleRate: recipe.frontend.sampleRate)
        } catch {
            throw .augmentation(error)
        }
        augmentation = recipe.augmentation
        placement = recipe.data.placement
        // The bound of 2⁴⁰ samples is longer than any clip, and small enough that sums with it do not overflow.
        reach = Int(
            min((augmentation.positiveReachSeconds * Float(recipe.frontend.sampleRate)).rounded(), 0x1p40))
        silence = recipe.frontend.silence
        frames = recipe.data.viewFrames
        bands = recipe.frontend.bands
        seed = recipe.training.seed
        viewSamples = frontEnd.samples(frames: frames)
        viewValues = frames * frontEnd.valuesPerFrame
    }

    /// View number `view` of `clip`, (frames, bands, channels); nil if the clip was dropped.
    package func cut(clip: Int, epoch: Int, view: Int) -> [Float]? {
        guard let sound = store.open(clip) else { return nil }
        var values = [Float](repeating: 0, count: viewValues)
        var scratch = [Float](repeating: 0, count: scratchCount)
        var span = values.mutableSpan
        var scratchSpan = scratch.mutableSpan
        guard cut(sound, clip: clip, epoch: epoch, view: view, into: &span, scratch: &scratchSpan) else { return nil }
        return values
    }

    /// The size of the scratch memory for cutting a view, in floats.
    var scratchCount: Int { frontEnd.scratchCount }

    /// Computes a view of an open clip. Returns false if the clip was dropped.
    /// - Parameter values: receives the view, (frames, bands, channels).
    func cut(
        _ sound: OpenClip, clip: Int, epoch: Int, view: Int, into values: inout MutableSpan<Float>,
        scratch: inout MutableSpan<Float>
    ) -> Bool {
        guard let samples = waveform(of: sound, clip: clip, epoch: epoch, view: view) else { return false }
        frontEnd.extract(samples.span, into: &values, scratch: &scratch)
        mask(&values, clip: clip, epoch: epoch, view: view)
        if augmentation.bandLimitProbability > 0 {
            var stream = stream(.bandLimit, clip, epoch, view)
            if stream.uniform() < augmentation.bandLimitProbability {
                BandLimit.draw(lowest: augmentation.bandLimitLowest, bands: bands, from: &stream)
                    .apply(to: &values, bands: bands, silence: silence)
            }
        }
        return true
    }

    /// The augmented waveform of a view; nil if the clip was dropped.
    package func waveform(clip: Int, epoch: Int, view: Int) -> [Float]? {
        store.open(clip).flatMap { waveform(of: $0, clip: clip, epoch: epoch, view: view) }
    }

    private func waveform(of sound: OpenClip, clip: Int, epoch: Int, view: Int) -> [Float]? {
        let crop = crop(of: sound.count, clip, epoch, view)
        let cropped: [Float]?
        if let pitch, let ratio = ratio(clip, epoch, view) {
            cropped = shifted(sound, crop, ratio: Double(ratio), by: pitch)
        } else {
            cropped = sound.samples(from: crop.from, count: crop.count)
        }
        guard let cropped else { return nil }
        var samples = crop.padded(cropped)
        if let pitch {
            let drawn = augmentation.chain.draw(
                count: samples.count, seed: seed, epoch: epoch, clip: clip, view: view)
            for transform in drawn { transform.apply(to: &samples, machine: pitch) }
        }
        var span = samples.mutableSpan
        if augmentation.backgroundProbability > 0 { addBackground(to: &span, clip, epoch, view) }
        if augmentation.levelJitterDB > 0 {
            var stream = self.stream(.levelJitter, clip, epoch, view)
            LevelJitter.draw(maximumDB: augmentation.levelJitterDB, from: &stream).apply(to: &span)
        }
        if augmentation.positiveNoise > 0, views[view].hasNoise {
            WhiteNoise(deviation: augmentation.positiveNoise, stream: self.stream(.noise, clip, epoch, view))
                .apply(to: &span)
        }
        if augmentation.trimProbability > 0 {
            var stream = self.stream(.trim, clip, epoch, view)
            if stream.uniform() < augmentation.trimProbability {
                Trim.draw(shortest: augmentation.trimShortest, count: viewSamples, from: &stream).apply(to: &span)
            }
        }
        return samples
    }

    /// The position of a view. If the recipe places views at the start, it is the beginning of the clip. Otherwise, the
    /// role of the view determines it: anywhere in the clip, within the recipe's reach of the anchor, or at the anchor.
    private func crop(of clipSamples: Int, _ clip: Int, _ epoch: Int, _ view: Int) -> Crop {
        if placement == .start { return Crop.start(view: viewSamples, clip: clipSamples) }
        if views[view].placement == .atAnchor { return crop(of: clipSamples, clip, epoch, 0) }
        var stream = stream(.crop, clip, epoch, view)
        guard views[view].placement == .nearAnchor, reach > 0 else {
            return Crop.draw(view: viewSamples, clip: clipSamples, from: &stream)
        }
        let anchor = crop(of: clipSamples, clip, epoch, 0)
        return Crop.draw(view: viewSamples, clip: clipSamples, near: anchor, reach: reach, from: &stream)
    }

    /// The pitch of the shifted anchor divided by that of the anchor; nil if no view is a shifted anchor.
    package func anchorRatio(clip: Int, epoch: Int) -> Float? {
        views.indices.first { views[$0].placement == .atAnchor }.flatMap { ratio(clip, epoch, $0) }
    }

    /// The pitch of a view divided by that of the clip; nil if the pitch is not changed.
    private func ratio(_ clip: Int, _ epoch: Int, _ view: Int) -> Float? {
        let range = views[view].pitchShift ?? augmentation.pitchShift
        guard range > 0 else { return nil }
        var stream = stream(.pitchShift, clip, epoch, view)
        return stream.uniform(1 - range, 1 + range)
    }

    private func shifted(_ clip: OpenClip, _ crop: Crop, ratio: Double, by machine: PitchMachine) -> [Float]? {
        guard let shift = try? PitchShift(ratio: ratio) else { return nil }
        let start = max(0, crop.from - machine.contextSamples)
        let end = min(clip.count, crop.from + crop.count + machine.contextSamples)
        guard let sound = clip.samples(from: start, count: end - start) else { return nil }
        return machine.render(crop.count) { view, scratch in
            shift.apply(to: sound.span, from: crop.from - start, into: &view, machine: machine, scratch: &scratch)
        }
    }

    private func addBackground(to samples: inout MutableSpan<Float>, _ clip: Int, _ epoch: Int, _ view: Int) {
        var stream = stream(.background, clip, epoch, view)
        guard stream.uniform() < augmentation.backgroundProbability else { return }
        let other = backgrounds[stream.index(below: backgrounds.count)]
        let decibels = stream.uniform(augmentation.backgroundLowestDB, augmentation.backgroundHighestDB)
        guard other != clip, let background = store.open(other) else { return }
        let crop = Crop.draw(view: viewSamples, clip: background.count, from: &stream)
        guard let sound = background.samples(from: crop.from, count: crop.count) else { return }
        BackgroundMix(ratioDB: decibels).apply(sound.span, at: crop.before, to: &samples)
    }

    private func mask(_ values: inout MutableSpan<Float>, clip: Int, epoch: Int, view: Int) {
        guard augmentation.timeMasks + augmentation.frequencyMasks > 0 else { return }
        let means = SpectrogramMask.means(values.span, channels: silence.count)
        var timeStream = stream(.timeMask, clip, epoch, view)
        SpectrogramMask.draw(
            .time, count: augmentation.timeMasks, longest: augmentation.timeMaskFrames, length: frames,
            from: &timeStream
        ).apply(to: &values, bands: bands, values: means)
        var frequencyStream = stream(.frequencyMask, clip, epoch, view)
        SpectrogramMask.draw(
            .frequency, count: augmentation.frequencyMasks, longest: augmentation.frequencyMaskBands, length: bands,
            from: &frequencyStream
        ).apply(to: &values, bands: bands, values: means)
    }

    private func stream(_ purpose: RandomStream.Purpose, _ clip: Int, _ epoch: Int, _ view: Int) -> RandomStream {
        RandomStream(seed: seed, purpose: purpose, epoch: epoch, clip: clip, view: view)
    }
}
