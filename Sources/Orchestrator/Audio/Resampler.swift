import CSoxr

/// soxr at its high quality (20 bits), one channel, fed block by block.
struct Resampler: ~Copyable {
    private let path: String
    private let handle: soxr_t
    private var toDrop: Int
    private let wanted: Int
    private var kept: [Float] = []
    private var block = [Float](repeating: 0, count: 16_384)

    /// - Parameters:
    ///   - path: for messages.
    ///   - dropping: outputs to throw away first.
    ///   - keeping: outputs to keep then.
    init(path: String, from: Int, to: Int, dropping: Int, keeping: Int) throws(AudioError) {
        var reason: soxr_error_t?
        guard let handle = soxr_create(Double(from), Double(to), 1, &reason, nil, nil, nil) else {
            throw .resampling(path: path, reason: reason.map { String(cString: $0) } ?? "no resampler")
        }
        self.path = path
        self.handle = handle
        toDrop = dropping
        wanted = keeping
        kept.reserveCapacity(keeping)
    }

    deinit { soxr_delete(handle) }

    mutating func feed(_ samples: Span<Float>) throws(AudioError) {
        var done = 0
        while done < samples.count {
            let (read, _) = try process(samples, from: done)
            done += read
        }
    }

    /// Lets the filter ring out. Past the end of the input the sound is silence, and so are the outputs that rounding may
    /// leave to fill.
    mutating func finish() throws(AudioError) -> [Float] {
        while kept.count < wanted {
            let (_, written) = try process(nil, from: 0)
            if written == 0 { break }
        }
        kept.append(contentsOf: repeatElement(0, count: wanted - kept.count))
        return kept
    }

    private mutating func process(_ samples: Span<Float>?, from: Int) throws(AudioError) -> (read: Int, written: Int) {
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
        kept.append(contentsOf: block[dropped..<min(written, dropped + wanted - kept.count)])
        return (read, written)
    }
}
