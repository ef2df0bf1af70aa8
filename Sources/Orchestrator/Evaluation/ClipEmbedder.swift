import OssicleAudio
import OssicleBase
import OssicleData
import OssicleModels

/// Takes clips to vectors: cuts views, takes them through the front end, and encodes them in batches.
///
/// Clips come decoded: mono, at the front end's rate, scaled to the encoder's level (what ``ClipStore`` gives), in blocks, so
/// that an hour takes no more memory than a second.
package struct ClipEmbedder {
    /// Views encoded at once.
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

    /// Non-overlapping segments of every clip.
    ///
    /// - Parameters:
    ///   - count: of the data set's clips; one that is not `wanted`, or that has no samples, gets no vector.
    ///   - open: a clip by its index.
    package func segmentVectors(
        clips count: Int, wanted: Set<Int>? = nil, open: (Int) -> ClipStream?
    ) -> ClipVectors {
        embed(count, wanted, open) { _, length in segments.segments(samples: length) }
    }

    /// One vector a clip: the mean over its non-overlapping segments, which are not kept.
    package func meanVectors(clips count: Int, wanted: Set<Int>? = nil, open: (Int) -> ClipStream?) -> ClipVectors {
        embed(count, wanted, open, keepsRows: false) { _, length in segments.segments(samples: length) }
    }

    /// Shows the encoder the views that it asks for: the middle segment of clips that are spread evenly over `clips`.
    package func calibrate(on clips: [Int], open: (Int) -> ClipStream?) throws {
        let wanted = min(encoder.calibrationViews, clips.count)
        guard wanted > 0 else { return }
        var waveform = [Float](repeating: 0, count: segments.viewSamples)
        var views: [Float] = []
        var count = 0
        for place in 0..<wanted {
            guard let clip = open(clips[place * clips.count / wanted]), clip.count > 0 else { continue }
            let starts = segments.segments(samples: clip.count)
            var cutter = ViewStream(clip)
            guard cutter.cut(at: starts[starts.count / 2], into: &waveform) else { continue }
            views += frontEnd.extract(waveform)
            count += 1
        }
        if count > 0 { try encoder.calibrate(views.span, count: count) }
    }

    /// `crops` random crops of every clip, the same for every encoder and for the same seed. (A clip shorter than a view
    /// has but one.)
    ///
    /// The paper draws a new crop of each clip at each step. Embedding a clip's crops once, and drawing one of them at
    /// each step, is that protocol with the crops resampled from a finite set: encoding, which is nearly all of the
    /// cost, is done `crops` times a clip and not once an epoch.
    package func cropVectors(
        clips count: Int, wanted: Set<Int>? = nil, crops: Int, seed: UInt64, open: (Int) -> ClipStream?
    ) -> ClipVectors {
        embed(count, wanted, open) { clip, length in
            var stream = RandomStream(seed: seed, purpose: .probe, clip: clip)
            // In order, so that they can be cut from a stream; a step of the probe draws one of them anyway.
            return segments.crops(samples: length, count: crops, from: &stream).sorted()
        }
    }

    private func embed(
        _ count: Int, _ wanted: Set<Int>?, _ open: (Int) -> ClipStream?, keepsRows: Bool = true,
        starts: (_ clip: Int, _ length: Int) -> [Int]
    ) -> ClipVectors {
        let dimension = encoder.dimension
        let viewValues = encoder.viewFrames * encoder.frontend.valuesPerFrame
        var waveform = [Float](repeating: 0, count: segments.viewSamples)
        var view = [Float](repeating: 0, count: viewValues)
        var views = [Float](repeating: 0, count: Self.batchSize * viewValues)
        var scratch = [Float](repeating: 0, count: frontEnd.scratchCount)
        var embeddings = [Float](repeating: 0, count: Self.batchSize * dimension)
        var collected = CollectedVectors(clips: count, dimension: dimension, keepsRows: keepsRows)
        var pending: [Int] = []  // the clips of the views that wait

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
            guard wanted?.contains(clip) ?? true, let stream = open(clip), stream.count > 0 else { continue }
            let places = starts(clip, stream.count)
            var cutter = ViewStream(stream)
            for start in places {
                guard cutter.cut(at: start, into: &waveform) else {
                    // It can no longer be read: what was made of its beginning is no vector of the clip.
                    pending.removeAll { $0 == clip }
                    collected.remove(clip)
                    break
                }
                writeView(at: pending.count)
                pending.append(clip)
                if pending.count == Self.batchSize { encodePending() }
            }
        }
        encodePending()
        return collected.finish()
    }
}

/// Vectors as they arrive, clips in order: every row of a clip, or the mean over them.
private struct CollectedVectors {
    private let dimension: Int
    private let keepsRows: Bool
    private var values: [Float] = []
    /// Of each clip.
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

    /// Forgets what was added of the last clip.
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
