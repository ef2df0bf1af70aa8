import CKernels

/// The kernel that computes CLAR spectra, and the owner of its `ck_spectra` context.
///
/// The context is immutable. Any number of threads may run the kernel, each with its own scratch memory.
package struct CLARSpectraKernel: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer

    /// Returns nil if the kernel rejects the configuration (`ck_spectra.h` lists the bounds), or if there is not enough
    /// memory.
    package init?(_ configuration: CLARSpectraConfiguration) {
        let variant = configuration.variant
        var config = ck_spectra_config(
            sample_rate: configuration.sampleRate, window: variant.windowSamples, hop: configuration.hopSamples,
            bands: configuration.bands,
            frequencies: variant == .code ? CK_SPECTRA_LOGARITHMIC : CK_SPECTRA_LINEAR,
            low_hertz: Double(configuration.lowHertz), high_hertz: Double(configuration.highHertz),
            magnitude_floor: variant.magnitudeFloor, magnitude_offset: variant.magnitudeOffsetDB,
            mel_floor: variant.melFloor, mel_offset: variant.melOffsetDB)
        var created: OpaquePointer?
        guard ck_spectra_create(&config, &created) == CK_OK, let created else { return nil }
        context = created
    }

    deinit { ck_spectra_destroy(context) }

    /// The size of the scratch memory that `run(_:into:scratch:)` needs, in floats.
    package var scratchCount: Int { (ck_spectra_scratch_bytes(context) + 3) / 4 }

    /// Computes the spectra of `samples`.
    ///
    /// - Parameter output: at least `frames(samples.count) · bands · 3` floats.
    package func run(_ samples: Span<Float>, into output: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>) {
        withAddresses(samples, &output, &scratch) { ck_spectra_run(context, samples.count, $0, $1, $2) }
    }
}
