import CKernels

/// The kernel that computes log-mel spectra, and the owner of its `ck_logmel` context.
///
/// The context is immutable. Any number of threads may run the kernel, each with its own scratch memory.
package struct LogMelKernel: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer

    /// Returns nil if the kernel rejects the configuration (`ck_logmel.h` lists the bounds), or if there is not enough
    /// memory.
    package init?(_ configuration: LogMelConfiguration) {
        var config = ck_logmel_config(
            sample_rate: configuration.sampleRate, window: configuration.windowSamples, hop: configuration.hopSamples,
            fft: configuration.fftSize, mels: configuration.melBands, low_hertz: Double(configuration.lowHertz),
            high_hertz: Double(configuration.highHertz), floor: Double(configuration.floor))
        var created: OpaquePointer?
        guard ck_logmel_create(&config, &created) == CK_OK, let created else { return nil }
        context = created
    }

    deinit { ck_logmel_destroy(context) }

    /// The size of the scratch memory that `run(_:into:scratch:)` needs, in floats.
    package var scratchCount: Int { (ck_logmel_scratch_bytes(context) + 3) / 4 }

    /// Computes the log-mel spectra of `samples`.
    ///
    /// - Parameter output: at least `frames(samples.count) · mels` floats.
    package func run(_ samples: Span<Float>, into output: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>) {
        withAddresses(samples, &output, &scratch) { ck_logmel_run(context, samples.count, $0, $1, $2) }
    }
}

/// Calls `body` with the addresses of the input, the output and the scratch memory of a front end. If one of them is
/// empty, `body` is not called.
func withAddresses(
    _ samples: Span<Float>, _ output: inout MutableSpan<Float>, _ scratch: inout MutableSpan<Float>,
    _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
) {
    samples.withUnsafeBufferPointer { x in
        output.withUnsafeMutableBufferPointer { out in
            scratch.withUnsafeMutableBufferPointer { lane in
                guard let x = x.baseAddress, let out = out.baseAddress, let lane = lane.baseAddress else { return }
                body(x, out, lane)
            }
        }
    }
}
