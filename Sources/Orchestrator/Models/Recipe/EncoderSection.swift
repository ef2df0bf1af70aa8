import OssicleGraph

/// The encoder, and what is made of its last map. Options of a single encoder are its own.
public struct EncoderSection: RecipeOptions {
    public var name: EncoderName = .efficientNetB0
    /// What the encoder's weights begin as: those of a run (its folder), or of a safetensors file with torchvision's names;
    /// empty: random ones.
    public var start = ""

    /// Whether the encoder gives one vector a view, or one a frame.
    public enum Output: String, Codable, Sendable, CaseIterable {
        /// The largest value over time and mel: 1280 numbers a view.
        case clip
        /// Pooled over mel, and a dense layer: `frameWidth` numbers a frame; their pool over time stands for the view.
        case frames
    }
    public var output: Output = .clip
    /// Spectrogram frames per frame of the last map; ``EncoderTraits/timeStrides`` lists the values an encoder takes.
    public var timeStride = 32
    /// How frames are pooled over mel, and a view's frames over time.
    public var melPooling: PoolingKind = .average
    public var framePooling: PoolingKind = .average
    public var frameWidth = 512

    public init() {}

    public static let section = "encoder"
    // Computed: the names are those that are registered by now.
    public static var keys: [OptionKey<EncoderSection>] {
        [
            .choice("name", \.name),
            .path("start", \.start),
            .choice("output", \.output),
            .integer("time_stride", \.timeStride, 8...32),
            .choice("mel_pooling", \.melPooling),
            .choice("frame_pooling", \.framePooling),
            .integer("frame_width", \.frameWidth, .size),
        ]
    }
}
