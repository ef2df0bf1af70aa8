import OssicleAudio

/// A clip's samples in consecutive blocks, scaled as ``ClipStore`` scales them.
///
/// They come from memory where the clip is kept there or is short, and else from the file, a block at a time: whoever reads
/// an hour so never holds it whole.
package struct ClipStream: ~Copyable {
    /// Samples of the whole clip.
    package let count: Int
    /// Samples given so far.
    package private(set) var position = 0

    private let whole: [Float]?
    private var file: AudioStream?
    private let gain: Float
    private let drop: (_ reason: String) -> Void

    package init(whole: [Float]) {
        count = whole.count
        self.whole = whole
        file = nil
        gain = 1
        drop = { _ in }
    }

    /// - Parameter drop: is told why the clip cannot be read to its end.
    init(
        file: consuming AudioStream, count: Int, gain: Float, drop: @escaping (_ reason: String) -> Void
    ) {
        self.count = count
        whole = nil
        self.file = consume file
        self.gain = gain
        self.drop = drop
    }

    /// Fills `block` from its beginning with the samples that come next.
    ///
    /// - Returns: How many there were: fewer than asked for at the clip's end only, then 0. nil if the clip can no longer be
    ///   read; it is then among ``ClipStore/dropped``.
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

    /// The same for an array, all of whose values may be replaced.
    package mutating func read(into block: inout [Float]) -> Int? {
        var span = block.mutableSpan
        return read(into: &span)
    }
}
