@testable import OssicleData
@testable import OssicleEvaluation

extension ClipSegments {
    /// The view at `start` of the clip, zeros where it reaches beyond.
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
    /// The frames of a recording that is in memory.
    func frames(of samples: [Float]) -> [Float]? { self(ClipStream(whole: samples)) }
}
