/// Widths of the heads on the encoder. Options of a single method are its own.
public struct HeadSection: RecipeOptions {
    /// Width of the projection that the objective compares.
    public var projection = 512
    /// Width of the layers before it (clar, and supervised with a trunk).
    public var hidden = 512

    public init() {}

    public static let section = "head"
    public static let keys: [OptionKey<HeadSection>] = [
        .integer("projection", \.projection, .size),
        .integer("hidden", \.hidden, .size),
    ]
}
