import Foundation
import OssicleBase

/// Changes the level of a waveform: x ← 10^(g/20) · x, g uniform in ± `maximumDB`.
public struct LevelJitter: Sendable, Equatable {
    public let gainDB: Float

    public static func draw(maximumDB: Float, from stream: inout RandomStream) -> LevelJitter {
        LevelJitter(gainDB: stream.uniform(-maximumDB, maximumDB))
    }

    public func apply(to samples: inout MutableSpan<Float>) {
        let gain = Foundation.pow(10, gainDB / 20)
        for i in samples.indices { samples[i] *= gain }
    }
}
