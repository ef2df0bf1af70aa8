import Orchestrator

@testable import OssicleEvaluation
@testable import OssicleModels

/// An encoder whose embedding is the mean spectrum of a view. It distinguishes pitches, like a trained encoder.
final class MeanSpectrumEncoder: ViewEncoder {
    let frontend = FrontEndConfiguration()
    let viewFrames = 96
    let level: Float = 0
    var dimension: Int { frontend.melBands }
    private(set) var batches: [Int] = []

    func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>) {
        batches.append(count)
        for view in 0..<count {
            for band in 0..<dimension {
                var sum: Float = 0
                for frame in 0..<viewFrames { sum += views[(view * viewFrames + frame) * dimension + band] }
                embeddings[view * dimension + band] = sum / Float(viewFrames)
            }
        }
    }
}

/// An encoder that gives every view the same embedding.
final class CollapsedEncoder: ViewEncoder {
    let frontend = FrontEndConfiguration()
    let viewFrames = 96
    let level: Float = 0
    let dimension = 3

    func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>) {
        for i in 0..<count * dimension { embeddings[i] = 1 }
    }
}

/// An encoder that gives another encoder the name of a variant. If `value` is set, all embedding values are `value`.
final class NamedVariant: ViewEncoder {
    private let base: any ViewEncoder
    private let name: String
    private let value: Float?

    init(_ base: any ViewEncoder, _ name: String, value: Float? = nil) {
        (self.base, self.name, self.value) = (base, name, value)
    }

    var frontend: FrontEndConfiguration { base.frontend }
    var viewFrames: Int { base.viewFrames }
    var level: Float { base.level }
    var dimension: Int { base.dimension }
    var variant: String? { name }

    func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>) {
        base.encode(views, count: count, into: &embeddings)
        guard let value else { return }
        for i in 0..<count * dimension { embeddings[i] = value }
    }
}

/// Encodes every frame as NaN.
final class BrokenFrameEncoder: ViewEncoder {
    let frontend = FrontEndConfiguration()
    let viewFrames = 96
    let level: Float = 0
    let dimension = 3
    let frameMaps = [FrameMap(rows: 12, values: 3, stride: 8)]

    func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>) {
        for i in 0..<count * valuesPerView { embeddings[i] = .nan }
    }
}
