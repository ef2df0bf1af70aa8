/// A clip of a ``ClipStore`` at hand, so that several views of it decode it once.
enum OpenClip {
    case whole([Float])
    /// Of a long clip, parts are read from its file; `read` gives nil if the clip can no longer be read.
    case parts(count: Int, read: (_ from: Int, _ count: Int) -> [Float]?)

    /// Samples of the whole clip.
    var count: Int {
        switch self {
        case .whole(let samples): samples.count
        case .parts(let count, _): count
        }
    }

    /// Samples `from` ..< `from + count`, which must lie within the clip; nil if it can no longer be read.
    func samples(from: Int, count: Int) -> [Float]? {
        precondition(from >= 0 && count >= 0 && from <= self.count - count, "a crop lies within its clip")
        switch self {
        case .whole(let samples): return Array(samples[from..<from + count])
        case .parts(_, let read): return read(from, count)
        }
    }
}
