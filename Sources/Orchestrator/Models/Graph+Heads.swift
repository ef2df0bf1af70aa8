import OssicleGraph
import OssicleKernels

/// Operations of heads, in addition to ``Dense``. Each function records operations and returns their output.
extension Graph {
    /// Scales each row to the Euclidean length 1.
    /// - Parameter input: (rows, width).
    public func unit(_ name: String, _ input: Value) -> Value {
        let unit = L2Normalization(self, name, input)
        record(unit)
        return unit.output
    }

    /// LayerNorm of each row, with scale and shift. If requested, tanh follows.
    /// - Parameter input: (rows, width).
    public func layerNormalized(_ name: String, _ input: Value, tanh: Bool = false) -> Value {
        let norm = LayerNormalization(self, name, input, tanh: tanh)
        record(norm)
        return norm.output
    }

    /// Batch norm of each column, with scale and shift, followed by ReLU.
    /// - Parameter input: (rows, width).
    public func batchNormalized(_ name: String, _ input: Value) -> Value {
        let norm = RowBatchNormalization(self, name, input)
        record(norm)
        return norm.output
    }

    /// The maximum, or the mean, of each channel over all positions of an image. If several operations read a feature
    /// map, record the one that pools it last.
    /// - Returns: (images, channels).
    public func pooled(_ name: String, _ input: Feature, _ kind: PoolingKind) -> Value {
        pooled(name, input, kind, isDifferentiable: true)
    }

    func pooled(_ name: String, _ input: Feature, _ kind: PoolingKind, isDifferentiable: Bool) -> Value {
        let pooling = Pooling(self, name, input, kind, isDifferentiable: isDifferentiable)
        record(pooling)
        return pooling.output
    }
}

/// Losses. Each function records a loss and returns it, for ``RecordedLosses``. The loss of COLA is in
/// ``ContrastOptions``.
extension Graph {
    /// The normalized temperature-scaled cross-entropy (NT-Xent). The task of each view is to find the other view of
    /// its clip among all views of the batch.
    ///
    /// *Reference:* Chen et al., "A simple framework for contrastive learning of visual representations", ICML 2020.
    /// - Parameters:
    ///   - input: (2 · clips, width), rows of length 1: the anchors of all clips, then their positives.
    ///   - temperature: the divisor of the similarities.
    public func ntXent(_ input: Value, temperature: Float) -> any Objective {
        recorded(NTXent(self, input, temperature: temperature))
    }

    /// Softmax cross-entropy with the labels of the clips. Views of clips without a label are ignored.
    /// - Parameters:
    ///   - logits: (views, classes).
    ///   - weight: the factor of the loss in the sum of the losses.
    public func crossEntropy(_ logits: Value, weight: Float = 1) -> any Objective {
        recorded(LabelCrossEntropy(self, logits, weight: weight))
    }

    func recorded<O: Objective>(_ objective: O) -> O {
        record(objective)
        return objective
    }
}
