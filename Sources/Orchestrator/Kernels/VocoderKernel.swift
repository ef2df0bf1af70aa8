import CKernels

/// The phase vocoder, and the owner of its `ck_vocoder` context.
///
/// The context is immutable. Any number of threads may run the kernel, each with its own scratch memory.
package struct VocoderKernel: ~Copyable, @unchecked Sendable {
    /// The ratios that the kernel supports, for the pitch and for the duration.
    package static let ratios = CK_VOCODER_LOWEST_RATIO...CK_VOCODER_HIGHEST_RATIO

    package enum Mode { case shift, stretch }

    private let context: OpaquePointer
    package let windowSamples: Int

    /// Returns nil if the kernel rejects the window (`ck_vocoder.h` lists the bounds), or if memory is not sufficient.
    package init?(windowSamples: Int, hopSamples: Int) {
        var config = ck_vocoder_config(window: windowSamples, hop: hopSamples)
        var created: OpaquePointer?
        guard ck_vocoder_create(&config, &created) == CK_OK, let created else { return nil }
        context = created
        self.windowSamples = windowSamples
    }

    deinit { ck_vocoder_destroy(context) }

    /// Returns the size of the scratch memory for `count` samples of output at any ratio, in floats.
    package func scratchCount(samples count: Int) -> Int { (ck_vocoder_scratch_bytes(context, count) + 3) / 4 }

    /// Computes the part of the shifted or stretched sound that begins at sample `first`, and fills `output` with it.
    package func run(
        _ mode: Mode, ratio: Double, _ samples: Span<Float>, from first: Int, into output: inout MutableSpan<Float>,
        scratch: inout MutableSpan<Float>
    ) {
        let count = output.count
        samples.withUnsafeBufferPointer { x in
            output.withUnsafeMutableBufferPointer { out in
                scratch.withUnsafeMutableBufferPointer { lane in
                    guard let out = out.baseAddress, let lane = lane.baseAddress else { return }
                    // An empty sound has no address. Another address is passed, because no samples are read from it.
                    let input = x.baseAddress ?? UnsafePointer(out)
                    let range = ck_vocoder_range(samples: x.count, first: first, count: count)
                    switch mode {
                    case .shift: ck_vocoder_shift(context, ratio, range, input, out, lane)
                    case .stretch: ck_vocoder_stretch(context, ratio, range, input, out, lane)
                    }
                }
            }
        }
    }
}
