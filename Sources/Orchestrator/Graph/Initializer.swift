import OssicleBase

/// First values of a parameter, drawn in the file's order so that the memory layout never changes a model.
public enum Initializer: Sendable {
    case constant(Float)
    case normal(deviation: Float)
    /// Truncated normal at ±2σ with variance `scale`/`fanOut`, as TensorFlow's `VarianceScaling`: the deviation is
    /// corrected for the truncation. The fan-out is out·k·k, of a depthwise convolution k·k.
    case varianceScaling(scale: Float, fanOut: Int)
    /// Glorot's uniform: ±√(6 / (in + out)); shape (out, in).
    case glorotUniform

    func values(shape: [Int], _ random: inout RandomStream) -> [Float] {
        let count = shape.reduce(1, *)
        switch self {
        case .constant(let value):
            return Array(repeating: value, count: count)
        case .normal(let deviation):
            return (0..<count).map { _ in deviation * random.normal() }
        case .varianceScaling(let scale, let fanOut):
            // Deviation of a unit normal truncated at ±2.
            let deviation = (scale / Float(fanOut)).squareRoot() / 0.879_625_66
            return (0..<count).map { _ in deviation * random.truncatedNormal() }
        case .glorotUniform:
            let limit = (6 / Float(shape[0] + shape[1])).squareRoot()
            return (0..<count).map { _ in random.uniform(-limit, limit) }
        }
    }
}
