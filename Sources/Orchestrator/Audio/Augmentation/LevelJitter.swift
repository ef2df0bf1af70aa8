import Foundation
import OssicleBase

/// An augmentation that changes the level of a waveform: x ← 10^(g/20) · x.
public struct LevelJitter: Sendable, Equatable {
    /// The gain g in decibels.
    public let gainDB: Float

    /// Draws a gain that is uniform from −`maximumDB` to `maximumDB`.
    public static func draw(maximumDB: Float, from stream: inout RandomStream) -> LevelJitter {
        LevelJitter(gainDB: stream.uniform(-maximumDB, maximumDB))
    }

    public func apply(to samples: inout MutableSpan<Float>) {
        let gain = Foundation.pow(10, gainDB / 20)
        for i in samples.indices { samples[i] *= gain }
    }
}
