import OssicleData

/// Cuts views from a clip that is read in blocks, from the beginning to the end. Samples before the current view are
/// not kept.
struct ViewStream: ~Copyable {
    private var stream: ClipStream
    /// The samples of the clip from `first` on.
    private var window: [Float] = []
    private var first = 0
    private var block: [Float] = []

    init(_ stream: consuming ClipStream) { self.stream = stream }

    /// Cuts the view that begins at `start`. Samples outside the clip are 0.
    /// - Parameter start: the first sample of the view; not before the `start` of the previous call.
    /// - Returns: false if the clip can no longer be read.
    mutating func cut(at start: Int, into view: inout [Float]) -> Bool {
        let (from, end) = (max(start, 0), min(start + view.count, stream.count))
        precondition(from >= first, "views are cut in order")
        let forgotten = min(from - first, window.count)
        window.removeFirst(forgotten)
        first += forgotten
        while first + window.count < end {
            // The samples between two views are read in blocks of one view, and are not kept.
            let wanted = min(max(view.count, 1), end - first - window.count)
            if block.count != wanted { block = Array(repeating: 0, count: wanted) }
            guard let read = stream.read(into: &block), read > 0 else { return false }
            window.append(contentsOf: block[..<read])
            let skipped = min(from - first, window.count)
            window.removeFirst(skipped)
            first += skipped
        }
        let source = window.span
        var target = view.mutableSpan
        for i in target.indices {
            let place = start + i - first
            target[i] = start + i >= 0 && place >= 0 && place < source.count ? source[place] : 0
        }
        return true
    }
}
