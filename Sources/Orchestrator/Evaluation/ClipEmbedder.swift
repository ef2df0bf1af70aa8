import OssicleAudio
import OssicleBase
import OssicleData
import OssicleModels

/// Computes the embeddings of clips. It cuts clips into views, computes the input of the encoder with the front end,
/// and encodes the views in batches.
///
/// The clips are decoded before: they are mono, have the sample rate of the front end, and are scaled to the level of
/// the encoder, as `ClipStore` returns them. They are read in blocks, so the memory does not depend on the length of a
/// clip.
///
/// The functions that return vectors throw ``EvaluationError/notFinite(clips:)`` if a value is not finite, and
/// ``EvaluationError/interrupted`` after a request of ``Interruption``.
package struct ClipEmbedder {
    /// The number of views that are encoded at once.
    package static let batchSize = 64

    package let encoder: any ViewEncoder
    package let segments: ClipSegments
    private let frontEnd: any FrontEnd

    package init(encoder: any ViewEncoder, shortestTail: Double = ClipSegments.defaultShortestTail) throws(FeatureError)
    {
        self.encoder = encoder
        segments = ClipSegments(
            frontend: encoder.frontend, viewFrames: encoder.viewFrames, shortestTail: shortestTail)
        frontEnd = try encoder.frontend.makeFrontEnd()
    }

    /// Returns the embeddings of the non-overlapping segments of each clip.
    ///
    /// - Parameters:
    ///   - count: the number of clips of the data set.
    ///   - wanted: the indices of the clips to embed; nil: all clips. Other clips, and clips without samples, get no
    ///     vectors.
    ///   - open: opens the clip with the given index; nil if the clip cannot be decoded.
    package func segmentVectors(
        clips count: Int, wanted: Set<Int>? = nil, open: (Int) -> ClipStream?
    ) throws(EvaluationError) -> ClipVectors {
        try embed(count, wanted, open) { _, length in segments.segments(samples: length) }
    }

    /// Returns one vector per clip: the mean of the embeddings of its non-overlapping segments. The embeddings of the
    /// segments are not kept.
    package func meanVectors(
        clips count: Int, wanted: Set<Int>? = nil, open: (Int) -> ClipStream?
    ) throws(EvaluationError) -> ClipVectors {
        try embed(count, wanted, open, keepsRows: false) { _, length in segments.segments(samples: length) }
    }

    /// Calibrates the encoder with the number of views that it asks for. A view is the middle segment of a clip, and
    /// the clips are spread evenly over `clips`.
    package func calibrate(on clips: [Int], open: (Int) -> ClipStream?) throws {
        let wanted = min(encoder.calibrationViews, clips.count)
        guard wanted > 0 else { return }
        var waveform = [Float](repeating: 0, count: segments.viewSamples)
        var views: [Float] = []
        var count = 0
        for place in 0..<wanted {
            guard !Interruption.isRequested else { throw EvaluationError.interrupted }
            guard let clip = open(clips[place * clips.count / wanted]), clip.count > 0 else { continue }
            let starts = segments.segments(samples: clip.count)
            var cutter = ViewStream(clip)
            guard cutter.cut(at: starts[starts.count / 2], into: &waveform) else { continue }
            views += frontEnd.extract(waveform)
            count += 1
        }
        if count > 0 { try encoder.calibrate(views.span, count: count) }
    }

    /// Returns the embeddings of `crops` random crops of each clip. The same seed gives the same crops for all encoders
    /// whose views are equally long. A clip that is not longer than a view has one crop only.
    ///
    /// The paper draws a new crop of each clip in each step. Here the crops of a clip are embedded once, and each step
    /// draws one of them. This is the protocol of the paper, with crops that are resampled from a finite set. Encoding
    /// is nearly all of the cost, and is done `crops` times per clip instead of once per epoch.
    package func cropVectors(
        clips count: Int, wanted: Set<Int>? = nil, crops: Int, seed: UInt64, open: (Int) -> ClipStream?
    ) throws(EvaluationError) -> ClipVectors {
        try embed(count, wanted, open) { clip, length in
            var stream = RandomStream(seed: seed, purpose: .probe, clip: clip)
            // The starts are sorted, because a stream can only be cut in order. A step of the probe draws one of the
            // crops at random, so their order has no effect.
            return segments.crops(samples: length, count: crops, from: &stream).sorted()
        }
    }

    private func embed(
        _ count: Int, _ wanted: Set<Int>?, _ open: (Int) -> ClipStream?, keepsRows: Bool = true,
        starts: (_ clip: Int, _ length: Int) -> [Int]
    ) throws(EvaluationError) -> ClipVectors {
        let dimension = encoder.dimension
        let viewValues = encoder.viewFrames * encoder.frontend.valuesPerFrame
        var waveform = [Float](repeating: 0, count: segments.viewSamples)
        var view = [Float](repeating: 0, count: viewValues)
        var views = [Float](repeating: 0, count: Self.batchSize * viewValues)
        var scratch = [Float](repeating: 0, count: frontEnd.scratchCount)
        var embeddings = [Float](repeating: 0, count: Self.batchSize * dimension)
        var collected = CollectedVectors(clips: count, dimension: dimension, keepsRows: keepsRows)
        var pending: [Int] = []  // the clip of each view that is not encoded yet

        func writeView(at place: Int) {
            var viewSpan = view.mutableSpan
            var scratchSpan = scratch.mutableSpan
            frontEnd.extract(waveform.span, into: &viewSpan, scratch: &scratchSpan)
            views.replaceSubrange(place * viewValues..<(place + 1) * viewValues, with: view)
        }

        func encodePending() {
            guard !pending.isEmpty else { return }
            var target = embeddings.mutableSpan
            encoder.encode(views.span.extracting(0..<pending.count * viewValues), count: pending.count, into: &target)
            for (slot, clip) in pending.enumerated() {
                collected.add(embeddings.span.extracting(slot * dimension..<(slot + 1) * dimension), of: clip)
            }
            pending.removeAll(keepingCapacity: true)
        }

        for clip in 0..<count {
            guard !Interruption.isRequested else { throw .interrupted }
            guard wanted?.contains(clip) ?? true, let stream = open(clip), stream.count > 0 else { continue }
            let places = starts(clip, stream.count)
            var cutter = ViewStream(stream)
            for start in places {
                guard cutter.cut(at: start, into: &waveform) else {
                    // The clip cannot be read to its end. The vectors of its beginning do not represent the clip, so
                    // remove them.
                    pending.removeAll { $0 == clip }
                    collected.remove(clip)
                    break
                }
                writeView(at: pending.count)
                pending.append(clip)
                guard pending.count == Self.batchSize else { continue }
                guard !Interruption.isRequested else { throw .interrupted }
                encodePending()
            }
        }
        encodePending()
        let vectors = collected.finish()
        try vectors.expectNumbers()
        return vectors
    }
}

/// Collects vectors that arrive in the order of the clips. Keeps all vectors of a clip, or only their mean.
private struct CollectedVectors {
    private let dimension: Int
    private let keepsRows: Bool
    private var values: [Float] = []
    /// The number of vectors of each clip.
    private var rows: [Int]
    private var sums: [Double]
    private var summed: (clip: Int, count: Int)?

    init(clips: Int, dimension: Int, keepsRows: Bool) {
        self.dimension = dimension
        self.keepsRows = keepsRows
        rows = Array(repeating: 0, count: clips)
        sums = Array(repeating: 0, count: keepsRows ? 0 : dimension)
    }

    mutating func add(_ vector: Span<Float>, of clip: Int) {
        guard !keepsRows else {
            for i in vector.indices { values.append(vector[i]) }
            rows[clip] += 1
            return
        }
        if let summed, summed.clip != clip { close() }
        for i in vector.indices { sums[i] += Double(vector[i]) }
        summed = (clip, (summed?.count ?? 0) + 1)
    }

    /// Removes the vectors that were added for the last clip.
    mutating func remove(_ clip: Int) {
        if keepsRows {
            values.removeLast(rows[clip] * dimension)
            rows[clip] = 0
        } else if summed?.clip == clip {
            for i in sums.indices { sums[i] = 0 }
            summed = nil
        }
    }

    private mutating func close() {
        guard let summed else { return }
        for i in sums.indices {
            values.append(Float(sums[i] / Double(summed.count)))
            sums[i] = 0
        }
        rows[summed.clip] = 1
        self.summed = nil
    }

    mutating func finish() -> ClipVectors {
        close()
        return ClipVectors(
            dimension: dimension, values: values, offsets: rows.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) })
    }
}
