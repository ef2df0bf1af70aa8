import Foundation

/// An augmentation that adds the sound b of another clip to a waveform: x ← x + 10^(−r/20) · b.
///
/// All clips have the same level. r is therefore the ratio of the level of the clip to that of its background, in
/// decibels. If a view or its background is a quiet part of its clip, the ratio of their levels is different.
public struct BackgroundMix: Sendable, Equatable {
    /// The ratio r in decibels.
    public let ratioDB: Float

    package init(ratioDB: Float) {
        self.ratioDB = ratioDB
    }

    /// Adds `background` to the samples that begin at index `first`. `background` must not extend beyond the end of
    /// `samples`.
    public func apply(_ background: Span<Float>, at first: Int, to samples: inout MutableSpan<Float>) {
        let gain = Foundation.pow(10, -ratioDB / 20)
        for i in background.indices { samples[first + i] += gain * background[i] }
    }
}
