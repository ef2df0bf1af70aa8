import CSoxr

/// A resampler for one channel that processes blocks. It uses soxr with the quality “high” (20 bits).
final class Resampler {
    private let path: String
    private let handle: soxr_t
    private var toDrop: Int
    private var block = [Float](repeating: 0, count: 16_384)

    /// Creates a resampler from the rate `from` to the rate `to`, in Hz.
    ///
    /// - Parameters:
    ///   - path: the path of the file, for error messages.
    ///   - dropping: the number of outputs at the beginning that are discarded.
    init(path: String, from: Int, to: Int, dropping: Int) throws(AudioError) {
        var reason: soxr_error_t?
        guard let handle = soxr_create(Double(from), Double(to), 1, &reason, nil, nil, nil) else {
            throw .resampling(path: path, reason: reason.map { String(cString: $0) } ?? "no resampler")
        }
        self.path = path
        self.handle = handle
        toDrop = dropping
    }

    deinit { soxr_delete(handle) }

    /// Processes `samples`, and appends the outputs that do not depend on later samples to `outputs`.
    func feed(_ samples: [Float], appendingTo outputs: inout [Float]) throws(AudioError) {
        var done = 0
        while done < samples.count {
            let (read, _) = try process(samples, from: done, &outputs)
            done += read
        }
    }

    /// Appends the last outputs of the filter to `outputs`, until `outputs` has `count` values.
    ///
    /// The input after its end counts as silence. If values are still missing because of rounding, zeros are appended.
    func finish(_ outputs: inout [Float], count: Int) throws(AudioError) {
        while outputs.count < count {
            let (_, written) = try process(nil, from: 0, &outputs)
            if written == 0 { break }
        }
        outputs.append(contentsOf: repeatElement(0, count: max(0, count - outputs.count)))
    }

    private func process(
        _ samples: [Float]?, from: Int, _ outputs: inout [Float]
    ) throws(AudioError) -> (read: Int, written: Int) {
        var read = 0
        var written = 0
        var error: soxr_error_t?
        if let samples {
            samples.withUnsafeBufferPointer { input in
                error = soxr_process(
                    handle, input.baseAddress.map { $0 + from }, input.count - from, &read, &block, block.count,
                    &written)
            }
        } else {
            error = soxr_process(handle, nil, 0, nil, &block, block.count, &written)
        }
        if let error { throw .resampling(path: path, reason: String(cString: error)) }
        let dropped = min(toDrop, written)
        toDrop -= dropped
        outputs.append(contentsOf: block[dropped..<written])
        return (read, written)
    }
}
