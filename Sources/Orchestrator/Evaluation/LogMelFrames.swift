import OssicleAudio
import OssicleKernels
import OssicleModels

/// A baseline for probes of frames: the mean and the standard deviation of each mel band over the 16 front-end frames
/// around a frame. With a hop of 10 ms, these are 160 ms. No neural network is used.
public final class LogMelFrames: ViewEncoder {
    public let frontend: FrontEndConfiguration
    public let viewFrames = 96
    public let frameMaps: [FrameMap]
    public let level: Float
    public var dimension: Int { 2 * frontend.melBands }
    /// Half the number of front-end frames that a row uses: from `row − reach` to `row + reach − 1`.
    private static let reach = 8

    public init(frontend: LogMelConfiguration, level: Float) {
        self.frontend = FrontEndConfiguration(frontend)
        self.level = level
        frameMaps = [FrameMap(rows: viewFrames, values: 2 * frontend.melBands, stride: 1)]
    }

    public func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>) {
        let bands = frontend.melBands
        for view in 0..<count {
            for row in 0..<viewFrames {
                let frames = max(0, row - Self.reach)..<min(viewFrames, row + Self.reach)
                let place = (view * viewFrames + row) * dimension
                for band in 0..<bands {
                    var (sum, squares) = (0.0, 0.0)
                    for frame in frames {
                        let value = Double(views[(view * viewFrames + frame) * bands + band])
                        sum += value
                        squares += value * value
                    }
                    let mean = sum / Double(frames.count)
                    embeddings[place + band] = Float(mean)
                    embeddings[place + bands + band] = Float(
                        max(0, squares / Double(frames.count) - mean * mean).squareRoot())
                }
            }
        }
    }
}
