import OssicleData

/// Cuts views out of a clip that comes in blocks, from its beginning on: what lies behind a view is forgotten.
struct ViewStream: ~Copyable {
    private var stream: ClipStream
    /// Samples of the clip from `first` on.
    private var window: [Float] = []
    private var first = 0
    private var block: [Float] = []

    init(_ stream: consuming ClipStream) { self.stream = stream }

    /// The view at `start`, zeros where it reaches beyond the clip.
    /// - Parameter start: not before that of the view before.
    /// - Returns: false where the clip can no longer be read.
    mutating func cut(at start: Int, into view: inout [Float]) -> Bool {
        let (from, end) = (max(start, 0), min(start + view.count, stream.count))
        precondition(from >= first, "views are cut in order")
        let forgotten = min(from - first, window.count)
        window.removeFirst(forgotten)
        first += forgotten
        while first + window.count < end {
            // What lies between two views is read and forgotten a view at a time.
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
