import OssicleAudio
import OssicleData
import OssicleKernels
import OssicleModels

/// Takes whole recordings to vectors at a constant hop, by an encoder of frames.
///
/// Frame k stands for the time (k + ½) · hop. The recording is encoded in views that overlap by half, each frame from the
/// view whose middle is nearest; of every map that the embedding reads, the frame's values are those of the two rows
/// around its time, weighted by their distance (linear interpolation). So any hop will do, and what it costs does not
/// depend on it.
package struct FrameEmbedder {
    package let encoder: any ViewEncoder
    package let hopSeconds: Double
    private let segments: ClipSegments
    private let frontEnd: any FrontEnd
    /// Of front-end frames: from one to the next, and from the start of a view to the middle of its first one.
    private let frameSeconds: Double
    private let firstMiddle: Double

    /// - Parameter hopSeconds: nil: the stride of the finest map that is read.
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

    /// Frames of a recording: those that begin within it.
    package func rows(samples: Int) -> Int {
        // A hop that is a whole number of samples makes a whole number of rows, whatever the quotient rounds to.
        let exact = Double(samples) / (hopSeconds * Double(encoder.frontend.sampleRate))
        return Int((exact - 1e-9).rounded(.up))
    }

    /// All frames of a recording, (rows, dimension); nil if the recording can no longer be read.
    package func callAsFunction(_ recording: consuming ClipStream) -> [Float]? {
        var result: [Float] = []
        result.reserveCapacity(rows(samples: recording.count) * encoder.dimension)
        return forEachBlock(recording) { result += $0 } ? result : nil
    }

    /// Embeds a recording in blocks of at most ``ClipEmbedder/batchSize`` views, with memory that does not depend on its length.
    /// - Parameter receive: receives the frames in order, (rows, dimension) for any number of rows.
    /// - Returns: false if the recording can no longer be read.
    package func forEachBlock<Failure: Error>(
        _ recording: consuming ClipStream, receive: ([Float]) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        let rows = rows(samples: recording.count)
        let dimension = encoder.dimension
        var block: [Float] = []
        let viewValues = encoder.viewFrames * encoder.frontend.valuesPerFrame
        var views = [Float](repeating: 0, count: ClipEmbedder.batchSize * viewValues)
        var maps = [Float](repeating: 0, count: ClipEmbedder.batchSize * encoder.valuesPerView)
        var waveform = [Float](repeating: 0, count: segments.viewSamples)
        let step = max(1, encoder.viewFrames / 2)
        let viewSeconds = Double(step) * frameSeconds
        // The middle of view v is v · step behind that of the first one, which begins half a step before the recording.
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
            // The views of one batch, and the rows that they answer for.
            let firstView = view(ofRow: row)
            let lastView = min(view(ofRow: rows - 1), firstView + ClipEmbedder.batchSize - 1)
            for index in firstView...lastView {
                let start = firstStart + index * step * encoder.frontend.hopSamples
                guard cutter.cut(at: start, into: &waveform) else { return false }
                let place = (index - firstView) * viewValues
                views.replaceSubrange(place..<place + viewValues, with: frontEnd.extract(waveform))
            }
            var target = maps.mutableSpan
            encoder.encode(views.span, count: lastView - firstView + 1, into: &target)
            let firstRow = row
            while row < rows, view(ofRow: row) <= lastView {
                let index = view(ofRow: row)
                let start =
                    Double(firstStart + index * step * encoder.frontend.hopSamples)
                    / Double(encoder.frontend.sampleRate)
                let frame = ((Double(row) + 0.5) * hopSeconds - start - firstMiddle) / frameSeconds
                interpolate(
                    maps.span.extracting(
                        (index - firstView) * encoder.valuesPerView..<(index - firstView + 1) * encoder.valuesPerView),
                    at: frame, into: &block)
                row += 1
            }
            assert(block.count == (row - firstRow) * dimension, "whole rows")
            try receive(block)
            block.removeAll(keepingCapacity: true)
        }
        return true
    }

    /// - Parameter frame: the time in front-end frames of the view.
    private func interpolate(_ maps: Span<Float>, at frame: Double, into block: inout [Float]) {
        var (source, place) = (0, block.count)
        block.append(contentsOf: repeatElement(0, count: encoder.dimension))
        var target = block.mutableSpan
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
