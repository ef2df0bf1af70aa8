import Foundation
import OssicleBase
import OssicleStatistics

/// A linear layer with one sigmoid per class on the frames of recordings. Any number of classes can be active at once.
///
///     L = mean over frames and classes of −y·ln σ(z) − (1 − y)·ln(1 − σ(z)),   z = W·x + b
///
/// *Reference:* Kuroyanagi, Komatsu, ICASSP 2022, §3: Adam, 250 epochs, batches of 1,024 frames, dropout 0.1.
public struct FrameClassifier: Sendable, Equatable {
    /// The settings of the training.
    public struct Options: Sendable, Equatable {
        public var epochs = 250
        public var batchSize = 1024
        public var learningRate = 1e-3
        /// The share of the input values that are set to 0 in training.
        public var dropout: Float = 0.1
        public var seed: UInt64 = 0

        public init() {}
    }

    public let classes: Int
    private let standardization: Standardization
    private var regression: SoftmaxRegression

    /// - Parameters:
    ///   - vectors: the frames of all recordings.
    ///   - activity: (rows of `vectors`, classes): 1 if the class is active in the frame, else 0.
    ///   - recordings: the training recordings.
    package init(
        training vectors: ClipVectors, activity: [Float], recordings: [Int], classes: Int, options: Options = Options()
    ) {
        self.classes = classes
        standardization = Standardization(of: vectors, clips: recordings)
        regression = SoftmaxRegression(dimension: vectors.dimension, classes: classes)
        let rows = recordings.flatMap { Array(vectors.rows(of: $0)) }
        guard !rows.isEmpty else { return }
        let dimension = vectors.dimension
        var x = [Float](repeating: 0, count: options.batchSize * dimension)
        var logits = [Float](repeating: 0, count: options.batchSize * classes)
        var (dWeights, dBias) = (regression.weights, regression.bias)
        var weightsOptimizer = AdamVector(count: dWeights.count)
        var biasOptimizer = AdamVector(count: dBias.count)
        for epoch in 1...max(1, options.epochs) {
            var stream = RandomStream(seed: options.seed, purpose: .probe, epoch: epoch)
            var order = rows
            stream.shuffle(&order)
            for start in stride(from: 0, to: order.count, by: options.batchSize) {
                let batch = order[start..<min(start + options.batchSize, order.count)]
                var drop = RandomStream(seed: options.seed, purpose: .dropout, epoch: epoch, clip: start)
                for (slot, row) in batch.enumerated() {
                    standardization.write(row: row, of: vectors, to: &x, slot: slot)
                }
                Self.drop(options.dropout, from: &drop, in: &x, count: batch.count * dimension)
                regression.logits(x, count: batch.count, into: &logits)
                let share = 1 / Float(batch.count * classes)
                for (slot, row) in batch.enumerated() {
                    for k in 0..<classes {
                        let place = slot * classes + k
                        logits[place] = share * (Self.sigmoid(logits[place]) - activity[row * classes + k])
                    }
                }
                regression.gradients(logits, x: x, count: batch.count, weights: &dWeights, bias: &dBias)
                weightsOptimizer.step(&regression.weights, gradient: dWeights, learningRate: options.learningRate)
                biasOptimizer.step(&regression.bias, gradient: dBias, learningRate: options.learningRate)
            }
        }
    }

    /// The probability of each class in each frame of a recording, (rows of the recording, classes).
    package func probabilities(_ vectors: ClipVectors, recording: Int) -> [Float] {
        let rows = vectors.rows(of: recording)
        var x = [Float](repeating: 0, count: rows.count * vectors.dimension)
        for (slot, row) in rows.enumerated() { standardization.write(row: row, of: vectors, to: &x, slot: slot) }
        var logits = [Float](repeating: 0, count: rows.count * classes)
        regression.logits(x, count: rows.count, into: &logits)
        return logits.map(Self.sigmoid)
    }

    private static func sigmoid(_ z: Float) -> Float { 1 / (1 + exp(-z)) }

    /// Inverted dropout: the values that are kept are scaled so that the mean stays the same. The share is rounded down
    /// to a multiple of 1/256.
    private static func drop(_ share: Float, from stream: inout RandomStream, in x: inout [Float], count: Int) {
        guard share > 0 else { return }
        let threshold = UInt32(Double(share) * 256)
        let scale = 256 / Float(256 - threshold)
        var values = x.mutableSpan
        var i = 0
        // One word of 32 random bits gives four draws of eight bits.
        while i < count {
            var word = stream.nextWord()
            for _ in 0..<min(4, count - i) {
                values[i] = word & 0xFF < threshold ? 0 : values[i] * scale
                word >>= 8
                i += 1
            }
        }
    }
}
