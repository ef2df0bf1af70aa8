import CKernels

/// Owner of a `ck_vocoder` context, which is immutable: any number of threads may run it, each with its own scratch.
package struct VocoderKernel: ~Copyable, @unchecked Sendable {
    /// What the kernel takes, for pitch and for duration.
    package static let ratios = CK_VOCODER_LOWEST_RATIO...CK_VOCODER_HIGHEST_RATIO

    package enum Mode { case shift, stretch }

    private let context: OpaquePointer
    package let windowSamples: Int

    /// nil when there is no memory, or when the kernel refuses the window (`ck_vocoder.h` names the bounds).
    package init?(windowSamples: Int, hopSamples: Int) {
        var config = ck_vocoder_config(window: windowSamples, hop: hopSamples)
        var created: OpaquePointer?
        guard ck_vocoder_create(&config, &created) == CK_OK, let created else { return nil }
        context = created
        self.windowSamples = windowSamples
    }

    deinit { ck_vocoder_destroy(context) }

    /// Floats of scratch that `count` samples of output need, at any ratio.
    package func scratchCount(samples count: Int) -> Int { (ck_vocoder_scratch_bytes(context, count) + 3) / 4 }

    /// Fills `output` with the output's samples from `first` on.
    package func run(
        _ mode: Mode, ratio: Double, _ samples: Span<Float>, from first: Int, into output: inout MutableSpan<Float>,
        scratch: inout MutableSpan<Float>
    ) {
        let count = output.count
        samples.withUnsafeBufferPointer { x in
            output.withUnsafeMutableBufferPointer { out in
                scratch.withUnsafeMutableBufferPointer { lane in
                    guard let out = out.baseAddress, let lane = lane.baseAddress else { return }
                    // An empty sound has no address, and its samples are not read.
                    let input = x.baseAddress ?? UnsafePointer(out)
                    switch mode {
                    case .shift: ck_vocoder_shift(context, ratio, x.count, input, first, count, out, lane)
                    case .stretch: ck_vocoder_stretch(context, ratio, x.count, input, first, count, out, lane)
                    }
                }
            }
        }
    }
}
