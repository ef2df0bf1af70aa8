import OssicleBase

/// The distribution of the initial values of a parameter. The values are drawn in the order of the file, so that the
/// memory layout does not change a model.
public enum Initializer: Sendable {
    /// All values are equal.
    case constant(Float)
    /// A normal distribution with mean 0.
    case normal(deviation: Float)
    /// A normal distribution that is truncated at ±2σ, with variance `scale`/`fanOut`, as TensorFlow's
    /// `VarianceScaling`. The standard deviation is corrected for the truncation. The fan-out of a convolution is
    /// outputs·k·k, and that of a depthwise convolution is k·k.
    case varianceScaling(scale: Float, fanOut: Int)
    /// Glorot's uniform distribution, ±√(6 / (inputs + outputs)), for a matrix of shape (outputs, inputs).
    case glorotUniform

    func values(shape: [Int], _ random: inout RandomStream) -> [Float] {
        let count = shape.reduce(1, *)
        switch self {
        case .constant(let value):
            return Array(repeating: value, count: count)
        case .normal(let deviation):
            return (0..<count).map { _ in deviation * random.normal() }
        case .varianceScaling(let scale, let fanOut):
            // The divisor is the standard deviation of a unit normal distribution that is truncated at ±2.
            let deviation = (scale / Float(fanOut)).squareRoot() / 0.879_625_66
            return (0..<count).map { _ in deviation * random.truncatedNormal() }
        case .glorotUniform:
            let limit = (6 / Float(shape[0] + shape[1])).squareRoot()
            return (0..<count).map { _ in random.uniform(-limit, limit) }
        }
    }
}
