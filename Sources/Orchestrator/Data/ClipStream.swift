import OssicleAudio

/// The samples of a clip in consecutive blocks, scaled in the same way as by `ClipStore`.
///
/// The samples come from memory if the clip is there or is short. Otherwise each block is read from the file, so that a
/// long recording is never completely in memory.
package struct ClipStream: ~Copyable {
    /// The number of samples of the whole clip.
    package let count: Int
    /// The number of samples that have been read so far.
    package private(set) var position = 0

    private let whole: [Float]?
    private var file: AudioStream?
    private let gain: Float
    private let drop: (_ reason: String) -> Void

    /// Creates a stream of samples in memory.
    package init(whole: [Float]) {
        count = whole.count
        self.whole = whole
        file = nil
        gain = 1
        drop = { _ in }
    }

    /// - Parameters:
    ///   - file: the decoded file.
    ///   - count: the number of samples of the clip.
    ///   - gain: the factor by which the samples are multiplied.
    ///   - drop: is called with the reason if the clip cannot be read to its end.
    init(
        file: consuming AudioStream, count: Int, gain: Float, drop: @escaping (_ reason: String) -> Void
    ) {
        self.count = count
        whole = nil
        self.file = consume file
        self.gain = gain
        self.drop = drop
    }

    /// Fills `block` from its beginning with the next samples.
    ///
    /// - Returns: The number of samples that were read. It is smaller than the size of the block only at the end of the
    ///   clip, and then 0. nil: the clip can no longer be read, and is in `ClipStore.dropped`.
    package mutating func read(into block: inout MutableSpan<Float>) -> Int? {
        let wanted = min(block.count, count - position)
        if let whole {
            for i in 0..<wanted { block[i] = whole[position + i] }
            position += wanted
            return wanted
        }
        do throws(AudioError) {
            let read = try file?.read(wanted, into: &block) ?? 0
            guard read == wanted else {
                drop("\(file?.path ?? "a clip") has changed while it was in use")
                return nil
            }
            for i in 0..<read { block[i] *= gain }
            position += read
            return read
        } catch {
            drop(error.description)
            return nil
        }
    }

    /// Fills an array in the same way. All its values may be replaced.
    package mutating func read(into block: inout [Float]) -> Int? {
        var span = block.mutableSpan
        return read(into: &span)
    }
}
