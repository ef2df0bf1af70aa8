import OssicleGraph

/// The encoder and its output. Options of a single encoder belong to the type of that encoder.
public struct EncoderSection: RecipeOptions {
    /// The name of the encoder.
    public var name: EncoderName = .efficientNetB0
    /// The source of the encoder's initial weights: the folder of a run, or a safetensors file with torchvision's
    /// names. Empty: random weights.
    public var start = ""

    /// The output of the encoder: one vector per view, or one vector per frame.
    public enum Output: String, Codable, Sendable, CaseIterable {
        /// The last feature map, pooled over time and mel. EfficientNet-B0 uses the maximum and gives 1280 values per
        /// view.
        case clip
        /// The last feature map, pooled over mel, followed by a dense layer: `frameWidth` values per frame. The vector
        /// of a view is obtained by pooling its frames over time.
        case frames
    }
    /// The output of the encoder: one vector per view, or one vector per frame.
    public var output: Output = .clip
    /// The number of spectrogram frames per frame of the last feature map. ``EncoderTraits/timeStrides`` has the
    /// possible values for an encoder.
    public var timeStride = 32
    /// The pooling over mel, for the output `frames`.
    public var melPooling: PoolingKind = .average
    /// The pooling of a view's frames over time, for the output `frames`.
    public var framePooling: PoolingKind = .average
    /// The number of values of a frame, for the output `frames`.
    public var frameWidth = 512

    public init() {}

    public static let section = "encoder"
    // Computed, because the possible names are those of the encoders that are registered now.
    public static var keys: [OptionKey<EncoderSection>] {
        [
            .choice("name", \.name),
            .path("start", \.start),
            .choice("output", \.output),
            .integer("time_stride", \.timeStride, .size),
            .choice("mel_pooling", \.melPooling),
            .choice("frame_pooling", \.framePooling),
            .integer("frame_width", \.frameWidth, .size),
        ]
    }
}
