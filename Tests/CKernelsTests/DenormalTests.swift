import CKernels
import Testing

extension KernelTests {
    /// Denormal samples count as zero in every front end, as in the kernels of the encoder.
    @Suite struct DenormalTests {
        private let samples = 4096
        private func sound(_ value: Float) -> Floats { Floats(samples) { $0 % 3 == 0 ? value : -value } }
        private let tiny = Float.leastNormalMagnitude / 2

        /// True if the calling thread does not flush denormals to zero, as before the call of a kernel.
        private var isUnchanged: Bool { tiny + Floats(1) { _ in tiny }[0] == Float.leastNormalMagnitude }

        @Test func log_mel_spectra_of_denormals_are_those_of_silence() {
            var config = ck_logmel_config(
                sample_rate: 16_000, window: 400, hop: 160, fft: 512, mels: 40, low_hertz: 60, high_hertz: 7800,
                floor: Double(Float.leastNormalMagnitude))
            var context: OpaquePointer?
            #expect(ck_logmel_create(&config, &context) == CK_OK)
            defer { ck_logmel_destroy(context) }
            forEachInstructionSet { isa in
                let outputs = [sound(0), sound(tiny)].map { x in
                    let out = Floats(ck_logmel_frames(context, samples) * 40)
                    let scratch = Floats(ck_logmel_scratch_bytes(context) / 4)
                    ck_logmel_run(context, samples, x.pointer, out.pointer, scratch.pointer)
                    return out.values
                }
                #expect(outputs[0] == outputs[1] && isUnchanged, "\(isa)")
            }
        }

        @Test func spectra_of_denormals_are_those_of_silence() {
            var config = ck_spectra_config(
                sample_rate: 16_000, window: 512, hop: 256, bands: 32, frequencies: CK_SPECTRA_LINEAR, low_hertz: 0,
                high_hertz: 8000, magnitude_floor: 1e-18, magnitude_offset: 0,
                mel_floor: Double(Float.leastNormalMagnitude), mel_offset: 0)
            var context: OpaquePointer?
            #expect(ck_spectra_create(&config, &context) == CK_OK)
            defer { ck_spectra_destroy(context) }
            forEachInstructionSet { isa in
                let outputs = [sound(0), sound(tiny)].map { x in
                    let out = Floats(ck_spectra_frames(context, samples) * 32 * 3)
                    let scratch = Floats(ck_spectra_scratch_bytes(context) / 4)
                    ck_spectra_run(context, samples, x.pointer, out.pointer, scratch.pointer)
                    return out.values
                }
                #expect(outputs[0] == outputs[1] && isUnchanged, "\(isa)")
            }
        }

        @Test func shifted_and_stretched_denormals_are_silence() {
            var config = ck_vocoder_config(window: 1024, hop: 256)
            var context: OpaquePointer?
            #expect(ck_vocoder_create(&config, &context) == CK_OK)
            defer { ck_vocoder_destroy(context) }
            let x = sound(tiny)
            let scratch = Floats((ck_vocoder_scratch_bytes(context, samples) + 3) / 4)
            forEachInstructionSet { isa in
                for run in [ck_vocoder_shift, ck_vocoder_stretch] {
                    let out = Floats(samples) { _ in 1 }
                    let range = ck_vocoder_range(samples: samples, first: 0, count: samples)
                    run(context, 1.1, range, x.pointer, out.pointer, scratch.pointer)
                    #expect(out.values.allSatisfy { $0.bitPattern << 1 == 0 } && isUnchanged, "\(isa)")
                }
            }
        }
    }
}
