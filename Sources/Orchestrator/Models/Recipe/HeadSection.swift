/// The widths of the heads. Options of a single method belong to the type of that method.
public struct HeadSection: RecipeOptions {
    /// The width of the projection that the objective compares.
    public var projection = 512
    /// The width of the layers before the projection (`clar`, and `supervised` with a trunk).
    public var hidden = 512

    public init() {}

    public static let section = "head"
    public static let keys: [OptionKey<HeadSection>] = [
        .integer("projection", \.projection, .size),
        .integer("hidden", \.hidden, .size),
    ]
}
