/// A clip of a ``ClipStore`` at hand, so that several views of it decode it once: whole, or, where it is long, part by part
/// from its file.
struct OpenClip {
    /// Samples of the whole clip.
    let count: Int
    private let whole: [Float]?
    private let read: (_ from: Int, _ count: Int) -> [Float]?

    /// - Parameters:
    ///   - whole: nil where the clip is read in parts.
    ///   - read: reads a part; nil if the clip can no longer be read.
    init(count: Int, whole: [Float]?, read: @escaping (_ from: Int, _ count: Int) -> [Float]?) {
        self.count = count
        self.whole = whole
        self.read = read
    }

    /// Samples `from` ..< `from + count`, which must lie within the clip; nil if it can no longer be read.
    func samples(from: Int, count: Int) -> [Float]? {
        precondition(from >= 0 && count >= 0 && from <= self.count - count, "a crop lies within its clip")
        guard let whole else { return read(from, count) }
        return Array(whole[from..<from + count])
    }
}
