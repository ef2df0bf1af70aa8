import OssicleBase
import OssicleKernels

/// The method for changing pitch and duration.
public enum PitchEngine: String, Sendable, CaseIterable, Codable {
    /// The phase vocoder of the kernels. It is fast and does not allocate memory.
    case vocoder
    /// The engine “finer” of the Rubber Band library. It is slow and allocates memory.
    case rubberband
}

/// A ``PitchEngine`` for a sample rate, with its tables.
///
/// It is immutable. Any number of threads may share it, each with its own scratch memory.
public final class PitchMachine: Sendable {
    /// The supported factors of pitch and duration.
    public static let ratios = VocoderKernel.ratios

    public let engine: PitchEngine
    /// The sample rate of the sounds in Hz.
    public let sampleRate: Int
    private let kernel: VocoderKernel

    /// Computes the tables of the phase vocoder.
    ///
    /// - Throws: ``AugmentationError`` if the sample rate is not in 1000 … 96000 Hz, or if there is not enough memory.
    public init(_ engine: PitchEngine, sampleRate: Int = 16_000) throws(AugmentationError) {
        guard (1000...96_000).contains(sampleRate) else { throw .sampleRate(sampleRate) }
        // The window is a power of two of at least 1/16 s (64 ms at 16 kHz). It separates the partials of a voice or a
        // note above 60 Hz, and is short enough for speech.
        var window = 64
        while window * 16 < sampleRate { window *= 2 }
        guard let kernel = VocoderKernel(windowSamples: window, hopSamples: window / 4) else { throw .outOfMemory }
        self.engine = engine
        self.sampleRate = sampleRate
        self.kernel = kernel
    }

    /// The number of samples before and after a view that can have an influence on it, at any ratio.
    public var contextSamples: Int { 3 * kernel.windowSamples }

    /// Returns the size of the scratch memory for `count` samples of output at any ratio, in floats.
    public func scratchCount(samples count: Int) -> Int {
        engine == .vocoder ? kernel.scratchCount(samples: count) : 0
    }

    /// Returns `ratio` if it is supported.
    ///
    /// - Throws: `AugmentationError.ratioOutOfRange` if the ratio is not in `ratios`. The error contains `name`.
    static func checked(_ ratio: Double, _ name: String) throws(AugmentationError) -> Double {
        guard ratios.contains(ratio) else { throw .ratioOutOfRange(name: name, ratio: ratio, allowed: ratios) }
        return ratio
    }

    /// Draws a ratio that is uniform from `lowest` to `highest`.
    ///
    /// - Throws: `AugmentationError.ratioOutOfRange` if `lowest` or `highest` is not in `ratios`.
    static func draw(
        _ name: String, _ lowest: Float, _ highest: Float, from stream: inout RandomStream
    ) throws(AugmentationError) -> Double {
        for bound in [lowest, highest] { _ = try checked(Double(bound), name) }
        return Double(stream.uniform(lowest, highest))
    }

    /// Returns a sound of `count` samples that `body` writes. `body` receives the scratch memory that it needs.
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

    /// Returns the range `first` ..< `last` with its context, limited to the sound.
    private func neighbourhood(_ first: Int, _ last: Int, of count: Int) -> (start: Int, end: Int) {
        let start = min(count, max(0, first - contextSamples))
        return (start, min(count, max(start, last + contextSamples)))
    }

    /// Copies the samples of `sound` from index `first` to `view`. Samples outside of `sound` are 0.
    private func copy(_ sound: [Float], from first: Int, to view: inout MutableSpan<Float>) {
        for i in view.indices { view[i] = sound.indices.contains(first + i) ? sound[first + i] : 0 }
    }
}
