/// Takes clips to vectors: cuts views, takes them through the front end, and encodes them in batches.
///
/// Clips come decoded: mono, at the front end's rate, scaled to the encoder's level (what ``ClipStore`` gives).
public struct ClipEmbedder {
    /// Views encoded at once.
    public static let batchSize = 64

    public let encoder: any ViewEncoder
    public let segments: ClipSegments
    private let frontEnd: any FrontEnd

    public init(encoder: any ViewEncoder, shortestTail: Double = ClipSegments.defaultShortestTail) throws(FeatureError)
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
    ///   - samples: a clip by its index.
    public func segmentVectors(
        clips count: Int, wanted: Set<Int>? = nil, samples: (Int) -> [Float]?
    ) -> ClipVectors {
        embed(count, wanted, samples) { _, length in segments.segments(samples: length) }
    }

    /// `crops` random crops of every clip, the same for every encoder and for the same seed. (A clip shorter than a view
    /// has but one.)
    ///
    /// The paper draws a new crop of each clip at each step. Embedding a clip's crops once, and drawing one of them at
    /// each step, is that protocol with the crops resampled from a finite set: encoding, which is nearly all of the
    /// cost, is done `crops` times a clip and not once an epoch.
    public func cropVectors(
        clips count: Int, wanted: Set<Int>? = nil, crops: Int, seed: UInt64, samples: (Int) -> [Float]?
    ) -> ClipVectors {
        embed(count, wanted, samples) { clip, length in
            var stream = RandomStream(seed: seed, purpose: .probe, clip: clip)
            return segments.crops(samples: length, count: crops, from: &stream)
        }
    }

    private func embed(
        _ count: Int, _ wanted: Set<Int>?, _ samples: (Int) -> [Float]?, starts: (_ clip: Int, _ length: Int) -> [Int]
    ) -> ClipVectors {
        let viewValues = encoder.viewFrames * encoder.frontend.valuesPerFrame
        var waveform = [Float](repeating: 0, count: segments.viewSamples)
        var view = [Float](repeating: 0, count: viewValues)
        var views = [Float](repeating: 0, count: Self.batchSize * viewValues)
        var scratch = [Float](repeating: 0, count: frontEnd.scratchCount)
        var embeddings = [Float](repeating: 0, count: Self.batchSize * encoder.dimension)
        var values: [Float] = []
        var offsets = [0]
        var pending = 0

        func writeView(at place: Int) {
            var viewSpan = view.mutableSpan
            var scratchSpan = scratch.mutableSpan
            frontEnd.extract(waveform.span, into: &viewSpan, scratch: &scratchSpan)
            views.replaceSubrange(place * viewValues..<(place + 1) * viewValues, with: view)
        }

        func encodePending() {
            guard pending > 0 else { return }
            var target = embeddings.mutableSpan
            encoder.encode(views.span.extracting(0..<pending * viewValues), count: pending, into: &target)
            values.append(contentsOf: embeddings[..<(pending * encoder.dimension)])
            pending = 0
        }

        for clip in 0..<count {
            var rows = 0
            if wanted?.contains(clip) ?? true, let clipSamples = samples(clip), !clipSamples.isEmpty {
                for start in starts(clip, clipSamples.count) {
                    segments.copy(clipSamples, at: start, into: &waveform)
                    writeView(at: pending)
                    pending += 1
                    rows += 1
                    if pending == Self.batchSize { encodePending() }
                }
            }
            offsets.append((offsets.last ?? 0) + rows)
        }
        encodePending()
        return ClipVectors(dimension: encoder.dimension, values: values, offsets: offsets)
    }
}
