import OssicleAudio
import OssicleBase

/// Where a clip's views begin, in samples. A clip shorter than a view has one, with zeros on both sides, the same in
/// training and in testing, as in pretraining.
public struct ClipSegments: Sendable, Equatable {
    /// Samples under one view.
    public let viewSamples: Int
    /// From one segment to the next: viewFrames·hop, so that segments share no frame and none is left out; at most a view,
    /// where frames reach beyond it (centred ones).
    public let stride: Int
    private let viewFrames: Int
    private let hopSamples: Int

    /// Share of a view that a clip's last segment must fill with its own frames, unless it is the only one. 0 keeps
    /// every tail, as the authors' code does.
    public var shortestTail: Double

    /// Half a view. A tail that is nearly all silence looks like nothing in training, its logits are extreme, and they
    /// have a full vote: on ESC-10, whose tail is 0.2 s, keeping it took linear probes of simple statistics of views
    /// from 75 % to 62 %. Any limit of a quarter of a view or more gave the same.
    public static let defaultShortestTail = 0.5

    public init(frontend: FrontEndConfiguration, viewFrames: Int, shortestTail: Double = defaultShortestTail) {
        self.viewFrames = viewFrames
        hopSamples = frontend.hopSamples
        viewSamples = frontend.samples(frames: viewFrames)
        stride = min(viewFrames * hopSamples, viewSamples)
        self.shortestTail = shortestTail
    }

    /// Non-overlapping segments from the clip's first sample on; the tail of the last is to be filled with zeros.
    public func segments(samples: Int) -> [Int] {
        guard samples > viewSamples else { return [centred(samples)] }
        let whole = (samples - viewSamples) / stride + 1
        let firstFrame = viewSamples - (viewFrames - 1) * hopSamples
        let left = samples - whole * stride
        let tail = left > 0 && left >= firstFrame ? (left - firstFrame) / hopSamples + 1 : 0
        let keepsTail = tail > 0 && Double(tail) >= shortestTail * Double(viewFrames)
        return (0..<whole + (keepsTail ? 1 : 0)).map { $0 * stride }
    }

    /// Independent uniform crops.
    public func crops(samples: Int, count: Int, from stream: inout RandomStream) -> [Int] {
        guard samples > viewSamples else { return [centred(samples)] }
        return (0..<count).map { _ in stream.index(below: samples - viewSamples + 1) }
    }

    /// At most 0: zeros are equally many on both sides, one less before than after if that is uneven.
    private func centred(_ samples: Int) -> Int { -((viewSamples - samples) / 2) }
}
