import OssicleGraph
import OssicleKernels

/// What heads are made of besides ``Dense``. Each function records operations and returns their output.
extension Graph {
    /// Rows of Euclidean length 1.
    /// - Parameter input: (rows, width).
    public func unit(_ name: String, _ input: Value) -> Value {
        let unit = L2Normalization(self, name, input)
        record(unit)
        return unit.output
    }

    /// LayerNorm over rows, with scale and shift, and tanh if it is asked for.
    /// - Parameter input: (rows, width).
    public func layerNormalized(_ name: String, _ input: Value, tanh: Bool = false) -> Value {
        let norm = LayerNormalization(self, name, input, tanh: tanh)
        record(norm)
        return norm.output
    }

    /// Batch norm of each column, with scale and shift, and ReLU.
    /// - Parameter input: (rows, width).
    public func batchNormalized(_ name: String, _ input: Value) -> Value {
        let norm = RowBatchNormalization(self, name, input)
        record(norm)
        return norm.output
    }

    /// The largest, or the mean, value of each channel over all positions of an image. Of several operations that read a map, the
    /// one that pools it is recorded last.
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

/// Losses. Each function records one and returns it, for ``RecordedLosses``. ``ContrastOptions`` has those of COLA.
extension Graph {
    /// The normalised temperature-scaled cross-entropy (NT-Xent): each view is to find the other view of its clip among all views
    /// of the batch.
    ///
    /// *Reference:* Chen et al., "A simple framework for contrastive learning of visual representations", ICML 2020.
    /// - Parameter input: (2 · clips, width), rows of length 1: the anchors of all clips, then their positives.
    public func ntXent(_ input: Value, temperature: Float) -> any Objective {
        recorded(NTXent(self, input, temperature: temperature))
    }

    /// Softmax cross-entropy against the clips' labels; views of clips without a label take no part.
    /// - Parameter logits: (views, classes).
    public func crossEntropy(_ logits: Value, weight: Float = 1) -> any Objective {
        recorded(LabelCrossEntropy(self, logits, weight: weight))
    }

    func recorded<O: Objective>(_ objective: O) -> O {
        record(objective)
        return objective
    }
}
