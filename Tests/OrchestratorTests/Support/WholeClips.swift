@testable import OssicleData
@testable import OssicleEvaluation

extension ClipSegments {
    /// Copies the view that begins at `start`. Samples outside the clip are 0.
    func copy(_ samples: [Float], at start: Int, into view: inout [Float]) {
        let source = samples.span
        var target = view.mutableSpan
        for i in 0..<viewSamples {
            let place = start + i
            target[i] = place >= 0 && place < source.count ? source[place] : 0
        }
    }
}

extension FrameEmbedder {
    /// Returns the frame embeddings of a recording in memory.
    func frames(of samples: [Float]) -> [Float]? { self(ClipStream(whole: samples)) }
}
