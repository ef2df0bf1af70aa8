import CRubberBand

/// Rubber Band, off line and on one thread. It allocates for every sound: the engine to compare with, or to take where
/// quality matters more than time.
public enum RubberBand {
    /// Of the library's two engines: `faster` (R2) and `finer` (R3).
    public enum Quality: Sendable { case faster, finer }

    /// Samples that it is fed at once.
    private static let blockSamples = 4096

    /// The sound with its duration times `timeRatio` and its pitch times `pitchScale`: round(count · timeRatio) samples.
    /// Both ratios are positive.
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
                    // Its buffer holds a second or so: what it has is taken at once.
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
