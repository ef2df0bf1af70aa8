import OssicleAudio
import OssicleKernels
import OssicleModels

/// Mean and deviation of every mel band over the 160 ms around a frame: what a probe of frames can do without any encoder.
public final class LogMelFrames: ViewEncoder {
    public let frontend: FrontEndConfiguration
    public let viewFrames = 96
    public let frameMaps: [FrameMap]
    public let level: Float
    public var dimension: Int { 2 * frontend.melBands }
    /// Front-end frames on either side of a row's own.
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
