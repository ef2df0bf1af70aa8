/// What the vector of a clip or of a frame is read from, and how: the one type that embeddings, probes and fine-tuning's
/// classifier share. A checkpoint holds it.
///
/// - `stages`: maps from the middle of the encoder, with the mel axis kept. Of a clip, for each map the mean and then the
///   maximum over time of every mel band and channel: 2 · bands · channels values a map. Of a frame, every map at the
///   frame's own time: bands · channels values a map. The last layers, which serve the objective of the pretraining, are
///   not read, and not computed.
/// - `last`: the encoder's last map, pooled over time and mel as in the encoder's paper (or its frame vectors, where
///   `encoder.output` is `frames`).
///
/// *Reference:* Niizumi et al., "Composing general audio representation by fusing multilayer features of a pre-trained
/// model", EUSIPCO 2022 (arXiv 2205.08138).
public struct Embedding: Codable, Sendable, Equatable {
    public typealias Kind = EmbeddingKind

    /// A map that is read.
    public struct Map: Codable, Sendable, Equatable {
        /// Of the layer that makes it, as torchvision has it: `features.3`.
        public let name: String
        /// What is kept of the mel axis: neighbouring positions are averaged down to as many groups.
        public let bands: Int
        public let channels: Int

        public var values: Int { bands * channels }
    }

    public let kind: Kind
    /// In the encoder's order; none for `last`.
    public let maps: [Map]
    /// Values of a clip's vector.
    public let size: Int
    /// Values of a frame's vector.
    public let frameSize: Int

    /// The most values that a clip's vector has, unless a caller asks for more.
    public static let largestSize = 2048

    /// The embedding of a recipe's encoder.
    /// - Parameter kind: nil: what the recipe says.
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

    /// Every map of the encoder, each with at most `largest` values of its own: to see what each stage holds.
    /// - Parameter other: an embedding whose maps are read besides; those with other bands come last.
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

    /// Reads `maps`, with the mel bands of the one that has most of them halved (of several the largest map's) until a clip's
    /// vector has at most `largest` values, or no bands are left to average.
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

    /// Whether an encoder has these maps, with these channels and at least as many bands: not so where a file was changed.
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

    /// What is read, for reports: the names of the maps, or `last`.
    public var readNames: [String] { kind == .stages ? maps.map(\.name) : ["last"] }

    /// Where each map's values stand in a clip's vector.
    public var ranges: [Range<Int>] {
        var start = 0
        return maps.map { map in
            defer { start += 2 * map.values }
            return start..<start + 2 * map.values
        }
    }

    /// A name for every value of a clip's vector: `features.3/mean/band 0/channel 0` and so on; of `last`, numbers.
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
