import Foundation

/// Mixes another sound into a waveform: x ← x + 10^(−r/20) · b. Clips are at one level, so that r is the ratio of the
/// clips' levels in decibels; where a view or its background is a quiet part of its clip, theirs differs.
public struct BackgroundMix: Sendable, Equatable {
    public let ratioDB: Float

    package init(ratioDB: Float) {
        self.ratioDB = ratioDB
    }

    /// Adds `background` from sample `first` on; both must lie within `samples`.
    public func apply(_ background: Span<Float>, at first: Int, to samples: inout MutableSpan<Float>) {
        let gain = Foundation.pow(10, -ratioDB / 20)
        for i in background.indices { samples[first + i] += gain * background[i] }
    }
}
