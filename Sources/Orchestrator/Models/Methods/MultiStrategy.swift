import OssicleGraph
import OssicleKernels

/// Multi-strategy pretraining: the contrast of clips of COLA, a contrast of frames, and the regression of a pitch
/// shift.
///
/// *Reference:* Kuroyanagi, Komatsu, ICASSP 2022.
public struct MultiStrategy: TrainingMethod {
    /// Options of the three losses.
    public struct Options: RecipeOptions {
        /// The weight of the loss on clips. 0 omits the loss.
        public var clipWeight: Float = 1
        /// The weight α of the loss on frames. 0 omits the loss.
        public var frameWeight: Float = 1
        /// The weight β of the pitch loss. 0 omits the loss.
        public var pitchWeight: Float = 1
        /// The largest distance of two frames that are positives of each other. 0: a frame is its only positive.
        public var frameMargin = 0
        /// The pairs of views whose frames are compared.
        public var framePairs: FramePairs = .cross
        /// The measure σ of a pitch shift, for the pitch loss.
        public var pitchTarget: PitchTarget = .linear

        public init() {}

        public static let section = "objective"
        public static let keys: [OptionKey<Options>] = [
            .number("clip_weight", \.clipWeight, "a number, 0 or more") { $0 >= 0 },
            .number("frame_weight", \.frameWeight, "a number, 0 or more") { $0 >= 0 },
            .number("pitch_weight", \.pitchWeight, "a number, 0 or more") { $0 >= 0 },
            .integer("frame_margin", \.frameMargin, .counted),
            .choice("frame_pairs", \.framePairs),
            .choice("pitch_target", \.pitchTarget),
        ]
    }

    /// Options of the third view.
    public struct Shift: RecipeOptions {
        /// The range of the pitch shift. The third view is the anchor, with its pitch multiplied by a ratio uniform in
        /// 1 ± this.
        public var anchorShift: Float = 0.2

        public init() {}

        public static let section = "augmentation"
        public static let keys: [OptionKey<Shift>] = [
            .number("anchor_shift", \.anchorShift, "a fraction above 0, at most 0.5") { $0 > 0 && $0 <= 0.5 }
        ]
    }

    public static let name: MethodName = .multiStrategy
    public static let options: [any RecipeOptions.Type] = [ContrastOptions.self, Options.self, Shift.self]

    private let options: Options
    private let contrast: ContrastOptions
    private let width: Int
    private let framePooling: PoolingKind
    private let anchorShift: Float

    public init(recipe: Recipe) {
        options = recipe[Options.self]
        contrast = recipe.contrast
        width = recipe.head.projection
        framePooling = recipe.encoder.framePooling
        anchorShift = recipe[Shift.self].anchorShift
    }

    public var views: [ViewRole] {
        let pair: [ViewRole] = [.anchor, .positive]
        return options.frameWeight > 0 || options.pitchWeight > 0 ? pair + [.shiftedAnchor(by: anchorShift)] : pair
    }

    public func check(_ recipe: Recipe) throws(RecipeError) {
        try recipe.require(
            recipe.encoder.output == .frames, "encoder.output", "frames for the method multi-strategy")
        let stride = recipe.encoder.timeStride
        try recipe.require(
            [options.clipWeight, options.frameWeight, options.pitchWeight].contains { $0 > 0 },
            "objective.clip_weight",
            "a number above 0 where objective.frame_weight and objective.pitch_weight are 0")
        if options.frameWeight > 0 {
            // A single frame has no negative.
            try recipe.require(
                recipe.data.viewFrames > stride, "encoder.time_stride",
                "less than data.view_frames, \(recipe.data.viewFrames), so that a view has several frames")
            let last = (recipe.data.viewFrames + stride - 1) / stride - 1
            try recipe.require(
                options.frameMargin < last, "objective.frame_margin",
                "less than \(last), so that a frame has a negative"
            )
        }
        if options.pitchWeight > 0 {
            try recipe.require(
                recipe.augmentation.pitchShift == 0, "augmentation.pitch_shift",
                "0 with the pitch loss, which has to know the shift; augmentation.anchor_shift sets it")
        }
    }

    public func record(_ model: ModelRecorder) -> RecordedLosses {
        record(model.graph, model.frames(), batch: model.batch)
    }

    /// Records the heads and losses. Those on frames come before those on clips, for two reasons. Pooling must be the
    /// last reader of h. The clip loss must be the last loss that uses W, because it stores the gradient of W and the
    /// frame loss adds to it.
    /// - Parameter h: (views, frames, 1, dimension), without normalization.
    func record(_ graph: Graph, _ h: Feature, batch: Int) -> RecordedLosses {
        var objectives: [any Objective] = []
        if options.pitchWeight > 0 {
            let p = TaskHead(name: "pitch", width: 1, hasBias: true)(graph, h.raw)
            objectives.append(
                graph.recorded(
                    PitchRegression(graph, p, batch: batch, weight: options.pitchWeight, target: options.pitchTarget)))
        }
        if options.frameWeight > 0 {
            let z = TaskHead(name: "frame", width: width)(graph, h.raw)
            let similarity: FrameContrast.Similarity
            let compared: Value
            switch contrast.similarity {
            case .bilinear:
                similarity = .bilinear(BilinearContrast.similarity(graph, width: width))
                compared = z
            case .cosine:
                similarity = .cosine(temperature: contrast.temperature)
                compared = graph.unit("frame.unit", z)
            }
            objectives.append(
                graph.recorded(
                    FrameContrast(
                        graph, compared, batch: batch, margin: options.frameMargin, pairs: options.framePairs,
                        similarity: similarity, addsToSimilarity: options.clipWeight > 0,
                        weight: options.frameWeight)))
        }
        let pooled = graph.pooled("pool.time", h, framePooling, isDifferentiable: options.clipWeight > 0)
        if options.clipWeight > 0 {
            let z = TaskHead(name: "clip", width: width)(graph, pooled)
            objectives.append(contrast.clipContrast(graph, z, batch: batch, weight: options.clipWeight))
        }
        return RecordedLosses(embedding: pooled, objectives: objectives.reversed())
    }
}

extension MethodName {
    public static let multiStrategy: MethodName = "multi-strategy"
}
