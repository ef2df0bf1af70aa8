import CRubberBand

/// Rubber Band, off line and on one thread. It allocates for every sound: the engine to compare with, or to take where
/// quality matters more than time.
public enum RubberBand {
    /// Of the library's two engines: `faster` (R2) and `finer` (R3).
    public enum Quality: Sendable { case faster, finer }

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
        let count = UInt32(samples.count)
        rubberband_set_expected_input_duration(state, count)
        rubberband_set_max_process_size(state, count)
        samples.withUnsafeBufferPointer { input in
            withUnsafePointer(to: input.baseAddress) { channels in
                rubberband_study(state, channels, count, 1)
                rubberband_process(state, channels, count, 1)
            }
        }
        let available = min(wanted, Int(max(0, rubberband_available(state))))
        var output = [Float](repeating: 0, count: wanted)
        output.withUnsafeMutableBufferPointer { buffer in
            withUnsafePointer(to: buffer.baseAddress) { channels in
                _ = rubberband_retrieve(state, channels, UInt32(available))
            }
        }
        return output
    }
}
