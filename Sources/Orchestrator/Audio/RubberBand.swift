import CRubberBand

/// Pitch shifting and time stretching with the Rubber Band library, in its offline mode and on one thread.
///
/// It allocates memory for each sound. It is used for comparisons, and if quality is more important than time.
public enum RubberBand {
    /// The engine of the library: `faster` (R2) or `finer` (R3).
    public enum Quality: Sendable { case faster, finer }

    /// The number of samples in each call of the library.
    private static let blockSamples = 4096

    /// Multiplies the duration of a sound by `timeRatio` and its pitch by `pitchScale`. Both ratios are positive.
    ///
    /// - Returns: round(count · timeRatio) samples.
    public static func process(
        _ samples: Span<Float>, sampleRate: Int, timeRatio: Double, pitchScale: Double, quality: Quality = .finer
    ) -> [Float] {
        let wanted = Int((Double(samples.count) * timeRatio).rounded())
        guard samples.count > 0 else { return [] }
        let engine = quality == .finer ? RubberBandOptionEngineFiner : RubberBandOptionEngineFaster
        let options = RubberBandOptions(engine.rawValue | RubberBandOptionThreadingNever.rawValue)
        guard let state = rubberband_new(UInt32(sampleRate), 1, options, timeRatio, pitchScale) else {
            preconditionFailure("rubberband_new gives a state for one channel")
        }
        defer { rubberband_delete(state) }
        rubberband_set_expected_input_duration(state, UInt32(samples.count))
        rubberband_set_max_process_size(state, UInt32(blockSamples))
        var output = [Float](repeating: 0, count: wanted)
        samples.withUnsafeBufferPointer { input in
            withUnsafePointer(to: input.baseAddress) { rubberband_study(state, $0, UInt32(input.count), 1) }
            output.withUnsafeMutableBufferPointer { buffer in
                var done = 0
                for start in stride(from: 0, to: input.count, by: blockSamples) {
                    let count = min(blockSamples, input.count - start)
                    withUnsafePointer(to: input.baseAddress.map { $0 + start }) {
                        rubberband_process(state, $0, UInt32(count), start + count == input.count ? 1 : 0)
                    }
                    // The output is read after each block, because the library buffers only about a second.
                    while done < wanted {
                        let available = min(wanted - done, Int(rubberband_available(state)))
                        guard available > 0 else { break }
                        let taken = withUnsafePointer(to: buffer.baseAddress.map { $0 + done }) {
                            rubberband_retrieve(state, $0, UInt32(available))
                        }
                        done += Int(taken)
                    }
                }
            }
        }
        return output
    }
}
