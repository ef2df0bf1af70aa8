import CKernels

/// Owner of a `ck_logmel` context, which is immutable: any number of threads may run it, each with its own scratch.
package struct LogMelKernel: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer

    /// nil when the kernel refuses the configuration (`ck_logmel.h` names the bounds).
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

    /// Floats of scratch that ``run(_:into:scratch:)`` needs.
    package var scratchCount: Int { (ck_logmel_scratch_bytes(context) + 3) / 4 }

    /// `output` holds `frames(samples.count) · mels` floats or more.
    package func run(_ samples: Span<Float>, into output: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>) {
        withAddresses(samples, &output, &scratch) { ck_logmel_run(context, samples.count, $0, $1, $2) }
    }
}

/// Runs `body` with the addresses of a front end's input, output and scratch, unless one of them is empty.
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
