/// A clip of a `ClipStore` that has been opened, so that several views of it decode it only once.
enum OpenClip {
    /// All samples.
    case whole([Float])
    /// A long clip, whose parts are read from its file. `read` returns nil if the clip can no longer be read.
    case parts(count: Int, read: (_ from: Int, _ count: Int) -> [Float]?)

    /// The number of samples of the whole clip.
    var count: Int {
        switch self {
        case .whole(let samples): samples.count
        case .parts(let count, _): count
        }
    }

    /// The samples `from` ..< `from + count`, which must be within the clip; nil if the clip can no longer be read.
    func samples(from: Int, count: Int) -> [Float]? {
        precondition(from >= 0 && count >= 0 && from <= self.count - count, "a crop lies within its clip")
        switch self {
        case .whole(let samples): return Array(samples[from..<from + count])
        case .parts(_, let read): return read(from, count)
        }
    }
}
