import OssicleAudio
import OssicleData
import OssicleKernels
import OssicleModels

/// Computes the frame embeddings of whole recordings at a constant hop, with an encoder that returns frames.
///
/// Frame k represents the time (k + ½) · hop. The recording is encoded in views that overlap by half. The values of a
/// frame come from the view whose middle is nearest to its time. For each feature map that the embedding reads, the
/// values are interpolated linearly between the two rows around the time of the frame. Therefore any hop from the hop
/// of the front end on is possible, and the cost does not depend on the hop.
package struct FrameEmbedder {
    package let encoder: any ViewEncoder
    package let hopSeconds: Double
    private let segments: ClipSegments
    private let frontEnd: any FrontEnd
    /// The time from one front-end frame to the next, in seconds.
    private let frameSeconds: Double
    /// The time from the start of a view to the middle of its first front-end frame, in seconds.
    private let firstMiddle: Double

    /// - Parameter hopSeconds: the hop; nil: the time stride of the finest feature map that is read.
    /// - Throws: ``EvaluationError/hop(seconds:shortest:)`` if the hop is shorter than the hop of the front end.
    package init(encoder: any ViewEncoder, hopSeconds: Double? = nil) throws {
        precondition(!encoder.frameMaps.isEmpty, "an encoder of frames")
        self.encoder = encoder
        let (frontend, rate) = (encoder.frontend, Double(encoder.frontend.sampleRate))
        frameSeconds = Double(frontend.hopSamples) / rate
        let viewSamples = frontend.samples(frames: encoder.viewFrames)
        firstMiddle = (Double(viewSamples - (encoder.viewFrames - 1) * frontend.hopSamples) / rate) / 2
        let finest = encoder.frameMaps.map(\.stride).min() ?? 1
        self.hopSeconds = hopSeconds ?? Double(finest) * frameSeconds
        guard self.hopSeconds.isFinite, self.hopSeconds >= frameSeconds else {
            throw EvaluationError.hop(seconds: self.hopSeconds, shortest: frameSeconds)
        }
        segments = ClipSegments(frontend: frontend, viewFrames: encoder.viewFrames)
        frontEnd = try frontend.makeFrontEnd()
    }

    /// The number of frames of a recording: the frames that begin before its end.
    package func rows(samples: Int) -> Int {
        // If the length is a multiple of the hop, the result must be exact. Subtracting 10⁻⁹ removes the rounding error
        // of the quotient.
        let exact = Double(samples) / (hopSeconds * Double(encoder.frontend.sampleRate))
        return Int((exact - 1e-9).rounded(.up))
    }

    /// The vectors of all frames of a recording, (rows, dimension); nil if the recording can no longer be read. The
    /// recording is prepared as for `ClipEmbedder`, and is read in blocks.
    package func callAsFunction(_ recording: consuming ClipStream) -> [Float]? {
        let rows = rows(samples: recording.count)
        let dimension = encoder.dimension
        var result = [Float](repeating: 0, count: rows * dimension)
        let viewValues = encoder.viewFrames * encoder.frontend.valuesPerFrame
        var views = [Float](repeating: 0, count: ClipEmbedder.batchSize * viewValues)
        var maps = [Float](repeating: 0, count: ClipEmbedder.batchSize * encoder.valuesPerView)
        var waveform = [Float](repeating: 0, count: segments.viewSamples)
        let step = max(1, encoder.viewFrames / 2)
        let viewSeconds = Double(step) * frameSeconds
        // The middle of view v is v · step frames after the middle of view 0, which begins half a step before the
        // recording.
        let firstStart = -(step / 2) * encoder.frontend.hopSamples
        let firstCentre =
            Double(firstStart) / Double(encoder.frontend.sampleRate)
            + Double(segments.viewSamples) / Double(encoder.frontend.sampleRate) / 2
        func view(ofRow row: Int) -> Int {
            max(0, Int((((Double(row) + 0.5) * hopSeconds - firstCentre) / viewSeconds).rounded()))
        }
        var cutter = ViewStream(recording)
        var row = 0
        while row < rows {
            // Encode the views of one batch, and then compute the rows that use these views.
            let firstView = view(ofRow: row)
            let lastView = min(view(ofRow: rows - 1), firstView + ClipEmbedder.batchSize - 1)
            for index in firstView...lastView {
                let start = firstStart + index * step * encoder.frontend.hopSamples
                guard cutter.cut(at: start, into: &waveform) else { return nil }
                let place = (index - firstView) * viewValues
                views.replaceSubrange(place..<place + viewValues, with: frontEnd.extract(waveform))
            }
            var target = maps.mutableSpan
            encoder.encode(views.span, count: lastView - firstView + 1, into: &target)
            while row < rows, view(ofRow: row) <= lastView {
                let index = view(ofRow: row)
                let start =
                    Double(firstStart + index * step * encoder.frontend.hopSamples)
                    / Double(encoder.frontend.sampleRate)
                let frame = ((Double(row) + 0.5) * hopSeconds - start - firstMiddle) / frameSeconds
                interpolate(
                    maps.span.extracting(
                        (index - firstView) * encoder.valuesPerView..<(index - firstView + 1) * encoder.valuesPerView),
                    at: frame, into: &result, row: row)
                row += 1
            }
        }
        return result
    }

    /// Interpolates the rows of all feature maps of a view at one time, and writes them to one row of `result`.
    /// - Parameter frame: the time, in front-end frames from the first frame of the view.
    private func interpolate(_ maps: Span<Float>, at frame: Double, into result: inout [Float], row: Int) {
        var target = result.mutableSpan
        var (source, place) = (0, row * encoder.dimension)
        for map in encoder.frameMaps {
            let position = min(max(frame / Double(map.stride), 0), Double(map.rows - 1))
            let lower = min(Int(position), max(map.rows - 2, 0))
            let upper = min(lower + 1, map.rows - 1)
            let share = Float(position - Double(lower))
            for i in 0..<map.values {
                let (a, b) = (maps[source + lower * map.values + i], maps[source + upper * map.values + i])
                target[place + i] = a + share * (b - a)
            }
            source += map.rows * map.values
            place += map.values
        }
    }
}
