import OssicleBase
import OssicleKernels

/// Who changes pitch and duration.
public enum PitchEngine: String, Sendable, CaseIterable, Codable {
    /// The kernels' phase vocoder: fast, no allocation.
    case vocoder
    /// The Rubber Band library's finer engine: slow, and allocates.
    case rubberband
}

/// What a ``PitchEngine`` needs to work; immutable, so that any number of threads may share it, each with its own scratch.
public final class PitchMachine: Sendable {
    /// Pitch and duration may be changed by these factors.
    public static let ratios = VocoderKernel.ratios

    public let engine: PitchEngine
    public let sampleRate: Int
    private let kernel: VocoderKernel

    /// - Throws: ``AugmentationError`` for a sample rate outside of 1000 … 96000 Hz, or without memory.
    public init(_ engine: PitchEngine, sampleRate: Int = 16_000) throws(AugmentationError) {
        guard (1000...96_000).contains(sampleRate) else { throw .sampleRate(sampleRate) }
        // 64 ms resolve the partials of a voice or note above 60 Hz, and still follow speech.
        var window = 64
        while window * 16 < sampleRate { window *= 2 }
        guard let kernel = VocoderKernel(windowSamples: window, hopSamples: window / 4) else { throw .outOfMemory }
        self.engine = engine
        self.sampleRate = sampleRate
        self.kernel = kernel
    }

    /// Samples of sound before and after a view that still have a part in it, at any ratio.
    public var contextSamples: Int { 3 * kernel.windowSamples }

    /// Floats of scratch for `count` samples of output, at any ratio.
    public func scratchCount(samples count: Int) -> Int {
        engine == .vocoder ? kernel.scratchCount(samples: count) : 0
    }

    /// A ratio that the engines take, or the error that names it.
    static func checked(_ ratio: Double, _ name: String) throws(AugmentationError) -> Double {
        guard ratios.contains(ratio) else { throw .ratioOutOfRange(name: name, ratio: ratio, allowed: ratios) }
        return ratio
    }

    /// Uniform in `lowest` ..< `highest`; both must be ratios that the engines take.
    static func draw(
        _ name: String, _ lowest: Float, _ highest: Float, from stream: inout RandomStream
    ) throws(AugmentationError) -> Double {
        for bound in [lowest, highest] { _ = try checked(Double(bound), name) }
        return Double(stream.uniform(lowest, highest))
    }

    /// A whole sound of `count` samples, written by `body`, which is given the scratch that it needs.
    package func render(
        _ count: Int, _ body: (_ view: inout MutableSpan<Float>, _ scratch: inout MutableSpan<Float>) -> Void
    )
        -> [Float]
    {
        var output = [Float](repeating: 0, count: count)
        var scratch = [Float](repeating: 0, count: scratchCount(samples: count))
        var view = output.mutableSpan
        var scratchSpan = scratch.mutableSpan
        body(&view, &scratchSpan)
        return output
    }

    func shift(
        _ sound: Span<Float>, ratio: Double, from first: Int, into view: inout MutableSpan<Float>,
        scratch: inout MutableSpan<Float>
    ) {
        precondition(scratch.count >= scratchCount(samples: view.count), "scratch must hold scratchCount floats")
        switch engine {
        case .vocoder: kernel.run(.shift, ratio: ratio, sound, from: first, into: &view, scratch: &scratch)
        case .rubberband:
            let (start, end) = neighbourhood(first, first + view.count, of: sound.count)
            let shifted = RubberBand.process(
                sound.extracting(start..<end), sampleRate: sampleRate, timeRatio: 1, pitchScale: ratio)
            copy(shifted, from: first - start, to: &view)
        }
    }

    func stretch(
        _ sound: Span<Float>, ratio: Double, from first: Int, into view: inout MutableSpan<Float>,
        scratch: inout MutableSpan<Float>
    ) {
        precondition(scratch.count >= scratchCount(samples: view.count), "scratch must hold scratchCount floats")
        switch engine {
        case .vocoder: kernel.run(.stretch, ratio: ratio, sound, from: first, into: &view, scratch: &scratch)
        case .rubberband:
            let source = Int(Double(first) / ratio)..<Int(Double(first + view.count) / ratio) + 1
            let (start, end) = neighbourhood(source.lowerBound, source.upperBound, of: sound.count)
            let stretched = RubberBand.process(
                sound.extracting(start..<end), sampleRate: sampleRate, timeRatio: ratio, pitchScale: 1)
            copy(stretched, from: first - Int((Double(start) * ratio).rounded()), to: &view)
        }
    }

    /// `first` ..< `last` with its context, within the sound.
    private func neighbourhood(_ first: Int, _ last: Int, of count: Int) -> (start: Int, end: Int) {
        let start = min(count, max(0, first - contextSamples))
        return (start, min(count, max(start, last + contextSamples)))
    }

    /// What lies outside of `sound` is silence.
    private func copy(_ sound: [Float], from first: Int, to view: inout MutableSpan<Float>) {
        for i in view.indices { view[i] = sound.indices.contains(first + i) ? sound[first + i] : 0 }
    }
}
