/// The definition of an embedding: the feature maps of the encoder that the vector of a clip or of a frame is read
/// from, and the way in which they are read. Embeddings, probes and the classifier of fine-tuning share this type. A
/// checkpoint contains it.
///
/// - `stages`: feature maps from the middle of the encoder, with their mel axis. The vector of a clip has, for each
///   feature map, the mean and then the maximum over time of every mel band and channel: 2 · bands · channels values.
///   The vector of a frame has the values of each feature map at the time of the frame: bands · channels values. The
///   last layers, which are specialized for the pretraining loss, are neither read nor computed.
/// - `last`: the last feature map of the encoder, pooled over time and mel as in the encoder's paper. If
///   `encoder.output` is `frames`, the frame vectors.
///
/// *Reference:* Niizumi et al., "Composing general audio representation by fusing multilayer features of a pre-trained
/// model", EUSIPCO 2022 (arXiv 2205.08138).
public struct Embedding: Codable, Sendable, Equatable {
    public typealias Kind = EmbeddingKind

    /// A feature map that is read.
    public struct Map: Codable, Sendable, Equatable {
        /// The name of the layer that computes the feature map, as in torchvision, for example `features.3`.
        public let name: String
        /// The number of groups of mel bands. Neighboring bands are averaged within each group.
        public let bands: Int
        public let channels: Int

        /// The number of values per frame.
        public var values: Int { bands * channels }
    }

    public let kind: Kind
    /// The feature maps in the order of the encoder. It is empty for `last`.
    public let maps: [Map]
    /// The number of values of a clip's vector.
    public let size: Int
    /// The number of values of a frame's vector.
    public let frameSize: Int

    /// The largest number of values of a clip's vector, unless a caller requests more.
    public static let largestSize = 2048

    /// The embedding of a recipe's encoder.
    /// - Parameters:
    ///   - recipe: the recipe of the encoder.
    ///   - kind: the kind of the embedding. nil: the kind that the recipe names.
    public init(recipe: Recipe, kind: Kind? = nil) {
        let builder = ModelBuilder(recipe: recipe)
        switch kind ?? recipe.embedding {
        case .last:
            self.init(kind: .last, maps: [], size: builder.dimension, frameSize: builder.dimension)
        case .stages:
            let wanted = recipe.encoderTraits.embeddingMaps
            let shapes = builder.mapShapes().filter { wanted.contains($0.name) }
            self.init(
                maps: shapes.map { Map(name: $0.name, bands: $0.bands, channels: $0.channels) },
                largest: Self.largestSize)
        }
    }

    /// An embedding of all feature maps of the encoder, which shows the information in each stage. The limit of
    /// `largest` values applies to each feature map separately.
    /// - Parameters:
    ///   - recipe: the recipe of the encoder.
    ///   - other: an embedding whose feature maps are read too. Those that have another number of bands are added at
    ///     the end.
    ///   - largest: the largest number of values per feature map.
    public static func everyStage(
        of recipe: Recipe, and other: Embedding? = nil, largest: Int = largestSize
    ) -> Embedding {
        let maps = ModelBuilder(recipe: recipe).mapShapes().map { shape in
            Embedding(
                maps: [Map(name: shape.name, bands: shape.bands, channels: shape.channels)], largest: largest
            ).maps[0]
        }
        return Embedding(maps: maps + (other?.maps ?? []).filter { !maps.contains($0) }, largest: .max)
    }

    /// Reads `maps`, with a reduced number of mel bands. The number of bands of the feature map with the most bands is
    /// halved, until a clip's vector has at most `largest` values or every feature map has one band. If several feature
    /// maps have the most bands, the one with the most values is chosen.
    init(maps: [Map], largest: Int) {
        var maps = maps
        func size() -> Int { 2 * maps.map(\.values).reduce(0, +) }
        while size() > largest,
            let place = maps.indices.filter({ maps[$0].bands > 1 })
                .max(by: { (maps[$0].bands, maps[$0].values) < (maps[$1].bands, maps[$1].values) })
        {
            let map = maps[place]
            maps[place] = Map(name: map.name, bands: (map.bands + 1) / 2, channels: map.channels)
        }
        self.init(kind: .stages, maps: maps, size: size(), frameSize: maps.map(\.values).reduce(0, +))
    }

    private init(kind: Kind, maps: [Map], size: Int, frameSize: Int) {
        self.kind = kind
        self.maps = maps
        self.size = size
        self.frameSize = frameSize
    }

    /// Whether the encoder of a recipe has these feature maps, with these channels and at least as many bands. This is
    /// not the case if a file was changed.
    package func isReadable(from recipe: Recipe) -> Bool {
        guard kind == .stages else { return self == Embedding(recipe: recipe, kind: .last) }
        let shapes = ModelBuilder(recipe: recipe).mapShapes()
        let places = maps.map { map in
            shapes.firstIndex {
                $0.name == map.name && $0.channels == map.channels && (1...$0.bands).contains(map.bands)
            }
        }
        let found = places.compactMap { $0 }
        return !maps.isEmpty && found.count == maps.count && found == Set(found).sorted()
            && self == Embedding(maps: maps, largest: .max)
    }

    /// The names of the feature maps that are read, or `last`, for reports.
    public var readNames: [String] { kind == .stages ? maps.map(\.name) : ["last"] }

    /// The range of the values of each feature map in a clip's vector.
    public var ranges: [Range<Int>] {
        var start = 0
        return maps.map { map in
            defer { start += 2 * map.values }
            return start..<start + 2 * map.values
        }
    }

    /// A name for every value of a clip's vector, for example `features.3/mean/band 0/channel 0`. For `last`, the names
    /// contain numbers: `last/0`.
    public var valueNames: [String] {
        guard kind == .stages else { return (0..<size).map { "last/\($0)" } }
        return maps.flatMap { map in
            ["mean", "maximum"].flatMap { pooling in
                (0..<map.values).map {
                    "\(map.name)/\(pooling)/band \($0 / map.channels)/channel \($0 % map.channels)"
                }
            }
        }
    }
}
