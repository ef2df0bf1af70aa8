/// Takes whole recordings to vectors at a constant hop, by an encoder of frames.
///
/// A row of the encoder stands for `span` spectrogram frames, 320 ms with a time stride of 32. For a finer hop the
/// recording is encoded several times, each time from another start, and the rows are interleaved: row k of the result
/// is the one whose middle is the middle of k·hop … (k + 1)·hop.
public struct FrameEmbedder {
    public let encoder: any ViewEncoder
    /// Spectrogram frames from one row of the result to the next, and of one row of the encoder.
    public let hopFrames: Int
    public let span: Int
    private let segments: ClipSegments
    private let frontEnd: any FrontEnd

    /// - Parameter hopSeconds: nil: the encoder's own.
    /// - Throws: ``EvaluationError/hop(seconds:possible:)`` where the encoder's span is no multiple of it.
    public init(encoder: any ViewEncoder, hopSeconds: Double? = nil) throws {
        let span = encoder.viewFrames / encoder.rowsPerView
        let frameSeconds = Double(encoder.frontend.hopSamples) / Double(encoder.frontend.sampleRate)
        let wanted = hopSeconds.map { $0 / frameSeconds } ?? Double(span)
        let hop = max(1, Int(wanted.rounded()))
        guard encoder.viewFrames % encoder.rowsPerView == 0 else {
            throw EvaluationError.unevenFrames(view: encoder.viewFrames, rows: encoder.rowsPerView)
        }
        guard abs(wanted - Double(hop)) < 1e-6, span % hop == 0 else {
            let possible = (1...span).filter { span % $0 == 0 }.map { Double($0) * frameSeconds }
            throw EvaluationError.hop(seconds: hopSeconds ?? 0, possible: possible)
        }
        self.encoder = encoder
        self.span = span
        hopFrames = hop
        segments = ClipSegments(frontend: encoder.frontend, viewFrames: encoder.viewFrames)
        frontEnd = try encoder.frontend.makeFrontEnd()
    }

    public var hopSeconds: Double {
        Double(hopFrames * encoder.frontend.hopSamples) / Double(encoder.frontend.sampleRate)
    }

    /// Rows of a recording.
    public func rows(samples: Int) -> Int {
        let hop = hopFrames * encoder.frontend.hopSamples
        return (samples + hop - 1) / hop
    }

    /// (rows, dimension). The recording comes as for ``ClipEmbedder``.
    public func callAsFunction(_ samples: [Float]) -> [Float] {
        let rows = rows(samples: samples.count)
        let phases = span / hopFrames
        let dimension = encoder.dimension
        var result = [Float](repeating: 0, count: rows * dimension)
        var views = [Float](
            repeating: 0, count: ClipEmbedder.batchSize * encoder.viewFrames * encoder.frontend.valuesPerFrame)
        var embeddings = [Float](repeating: 0, count: ClipEmbedder.batchSize * encoder.rowsPerView * dimension)
        var pending: [(phase: Int, view: Int)] = []

        func encodePending() {
            guard !pending.isEmpty else { return }
            var target = embeddings.mutableSpan
            encoder.encode(views.span, count: pending.count, into: &target)
            for (slot, (phase, view)) in pending.enumerated() {
                for row in 0..<encoder.rowsPerView {
                    let place = (view * encoder.rowsPerView + row) * phases + phase
                    guard place < rows else { continue }
                    let source = (slot * encoder.rowsPerView + row) * dimension
                    result.replaceSubrange(
                        place * dimension..<(place + 1) * dimension, with: embeddings[source..<source + dimension])
                }
            }
            pending = []
        }

        for phase in 0..<phases {
            let count = (rows - phase + phases - 1) / phases  // of this phase's rows
            for view in 0..<max(0, (count + encoder.rowsPerView - 1) / encoder.rowsPerView) {
                write(view: view, phase: phase, of: samples, at: pending.count, to: &views)
                pending.append((phase, view))
                if pending.count == ClipEmbedder.batchSize { encodePending() }
            }
        }
        encodePending()
        return result
    }

    private func write(view: Int, phase: Int, of samples: [Float], at slot: Int, to views: inout [Float]) {
        var waveform = [Float](repeating: 0, count: segments.viewSamples)
        let start = phase * hopFrames - (span - hopFrames) / 2 + view * encoder.viewFrames
        segments.copy(samples, at: start * encoder.frontend.hopSamples, into: &waveform)
        let values = frontEnd.extract(waveform)
        views.replaceSubrange(slot * values.count..<(slot + 1) * values.count, with: values)
    }
}

/// Mean and deviation of every mel band over 160 ms at a time: what a probe of frames can do without any encoder.
public final class LogMelFrames: ViewEncoder {
    public let frontend: FrontEndConfiguration
    public let viewFrames = 96
    public let rowsPerView = 6
    public let level: Float
    public var dimension: Int { 2 * frontend.melBands }

    public init(frontend: LogMelConfiguration, level: Float) {
        self.frontend = FrontEndConfiguration(frontend)
        self.level = level
    }

    public func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>) {
        let (bands, span) = (frontend.melBands, viewFrames / rowsPerView)
        for row in 0..<count * rowsPerView {
            for band in 0..<bands {
                var (sum, squares) = (0.0, 0.0)
                for frame in 0..<span { sum += Double(views[(row * span + frame) * bands + band]) }
                let mean = sum / Double(span)
                for frame in 0..<span {
                    let difference = Double(views[(row * span + frame) * bands + band]) - mean
                    squares += difference * difference
                }
                embeddings[row * dimension + band] = Float(mean)
                embeddings[row * dimension + bands + band] = Float((squares / Double(span)).squareRoot())
            }
        }
    }
}
