import OssicleBase
import OssicleStatistics

/// A linear probe as in the paper: one linear layer on frozen vectors, trained with cross-entropy. Its accuracy
/// measures the information that is linearly accessible.
///
/// *Reference:* Saeed, Grangier, Zeghidour, ICASSP 2021, §4: Adam with learning rate 0.001, batches of 64, one random
/// crop per clip and step. Here the crops of a clip are embedded once, and each step draws one of them.
public struct LinearProbe: Sendable, Equatable {
    /// The settings of the training.
    public struct Options: Sendable, Equatable {
        public var epochs = 100
        /// The smallest number of steps; further epochs are added until it is reached. For a few hundred clips, 100
        /// epochs are too few at this learning rate: log-mel statistics of ESC-10 (320 clips) gave an accuracy of 68 %
        /// after 500 steps, 73 % after 2,000 steps, and 75 % after 4,000 and after 8,000 steps.
        public var minimumSteps = 4000
        public var batchSize = 64
        public var learningRate = 1e-3
        /// Decoupled weight decay. The paper uses none.
        public var weightDecay = 0.0
        public var seed: UInt64 = 0

        public init() {}
    }

    private let standardization: Standardization
    private var regression: SoftmaxRegression
    /// The mean cross-entropy over the last epoch, in nats.
    public private(set) var trainingLoss = 0.0

    public var classes: Int { regression.classes }

    /// - Parameters:
    ///   - vectors: the vectors of all clips of the data set.
    ///   - labels: the classes of all clips, 0 ..< `classes`. Those of `clips` are used.
    ///   - clips: the training clips. Each of them must have at least one vector.
    package init(
        training vectors: ClipVectors, labels: [Int], clips: [Int], classes: Int, options: Options = Options()
    ) {
        standardization = Standardization(of: vectors, clips: clips)
        regression = SoftmaxRegression(dimension: vectors.dimension, classes: classes)
        guard !clips.isEmpty else { return }
        let batchSize = min(options.batchSize, clips.count)
        let stepsPerEpoch = (clips.count + batchSize - 1) / batchSize
        let epochs = max(options.epochs, (options.minimumSteps + stepsPerEpoch - 1) / stepsPerEpoch)
        var x = [Float](repeating: 0, count: batchSize * vectors.dimension)
        var logits = [Float](repeating: 0, count: batchSize * classes)
        var (dWeights, dBias) = (regression.weights, regression.bias)
        var weightsOptimizer = AdamVector(count: dWeights.count)
        var biasOptimizer = AdamVector(count: dBias.count)
        for epoch in 1...epochs {
            // Epoch 0 of this purpose determines the positions of the crops.
            var stream = RandomStream(seed: options.seed, purpose: .probe, epoch: epoch)
            var order = clips
            stream.shuffle(&order)
            var loss = 0.0
            for start in stride(from: 0, to: order.count, by: batchSize) {
                let batch = order[start..<min(start + batchSize, order.count)]
                for (slot, clip) in batch.enumerated() {
                    let rows = vectors.rows(of: clip)
                    let row = rows.lowerBound + stream.index(below: rows.count)
                    standardization.write(row: row, of: vectors, to: &x, slot: slot)
                }
                regression.logits(x, count: batch.count, into: &logits)
                loss +=
                    regression.lossAndGradient(logits: &logits, labels: batch.map { labels[$0] })
                    * Double(batch.count)
                regression.gradients(logits, x: x, count: batch.count, weights: &dWeights, bias: &dBias)
                weightsOptimizer.step(
                    &regression.weights, gradient: dWeights, learningRate: options.learningRate,
                    weightDecay: options.weightDecay)
                biasOptimizer.step(&regression.bias, gradient: dBias, learningRate: options.learningRate)
            }
            trainingLoss = loss / Double(order.count)
        }
    }

    /// The mean of the *logits* of the rows of each clip, (clips.count, classes). With the mean of the logits, a
    /// segment that is classified with certainty counts more than an uncertain one. With the mean of the probabilities,
    /// it would not.
    package func logits(_ vectors: ClipVectors, clips: [Int]) -> [Float] {
        var result = [Float](repeating: 0, count: clips.count * classes)
        for (place, clip) in clips.enumerated() {
            let rows = vectors.rows(of: clip)
            var x = [Float](repeating: 0, count: rows.count * vectors.dimension)
            for (slot, row) in rows.enumerated() { standardization.write(row: row, of: vectors, to: &x, slot: slot) }
            var logits = [Float](repeating: 0, count: rows.count * classes)
            regression.logits(x, count: rows.count, into: &logits)
            for k in 0..<classes {
                let sum = rows.indices.reduce(Float(0)) { $0 + logits[($1 - rows.lowerBound) * classes + k] }
                result[place * classes + k] = sum / Float(rows.count)
            }
        }
        return result
    }

    /// The class with the largest mean logit, for each clip; the first one if several are equal.
    package func predictions(_ vectors: ClipVectors, clips: [Int]) -> [Int] {
        let logits = logits(vectors, clips: clips)
        return clips.indices.map { logits.span.extracting($0 * classes..<($0 + 1) * classes).indexOfLargest }
    }
}

extension Span<Float> {
    /// The index of the largest value; the first one if several are equal.
    package var indexOfLargest: Int { indices.reduce(0) { self[$1] > self[$0] ? $1 : $0 } }
}
