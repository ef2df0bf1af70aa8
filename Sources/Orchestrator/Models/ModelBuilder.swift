import OssicleAudio
import OssicleGraph
import OssicleKernels

/// Records what a recipe describes. Parameter names and their order do not depend on the batch size or on the mode, so a
/// training and an inference graph share one ``ParameterStore``.
package struct ModelBuilder {
    package let recipe: Recipe
    /// Width of the classifier (recipe `supervised`).
    package var classes = 0
    /// What the classifier of `supervised` reads; nil: h, as the other methods' heads.
    package var classified: Embedding?

    package init(recipe: Recipe, classes: Int = 0, classified: Embedding? = nil) {
        self.recipe = recipe
        self.classes = classes
        self.classified = classified
    }

    private var traits: EncoderTraits { recipe.encoderTraits }

    func input(_ graph: Graph, views: Int) -> Value {
        let (frames, frontend) = (recipe.data.viewFrames, recipe.frontend)
        let shape =
            traits.input == .waveform ? [1, frames, 1] : [frames, frontend.bands, frontend.channels]
        return graph.pinnedValue([views] + shape)
    }

    /// What an encoder begins with.
    enum EncoderInput {
        /// (views, frames, bands, channels), or (views, 1, samples, 1).
        case views(Value)
        /// What ``earlyMaps(_:_:)`` made of them: the last one, and those before it that are read.
        case early([EncoderMap])
    }

    /// The maps of the encoder's first layers, whose maps are large and whose weights are few; nil where none are apart.
    func earlyMaps(_ graph: Graph, _ input: Value) -> [EncoderMap]? {
        traits.lastEarly.map { recipe.audioEncoder.maps(graph, input, through: $0) }
    }

    /// What the encoder makes of its views, before anything is pooled over time.
    enum Encoding {
        /// One vector a view: (views, dimension).
        case clip(Value)
        /// One a frame of a view: (views × frames, dimension).
        case frames(Feature)
    }

    func encoding(_ graph: Graph, _ input: EncoderInput) -> Encoding {
        switch recipe.encoder.output {
        case .clip: .clip(graph.pooled("pool", map(graph, input), traits.pooling))
        case .frames: .frames(frames(graph, input))
        }
    }

    /// One vector a frame, of any encoder: (views, frames, 1, dimension). Of one that gives a vector a view it is what that
    /// is the maximum, or the mean, of: the same over mel.
    func frames(_ graph: Graph, _ input: EncoderInput) -> Feature {
        let map = map(graph, input)
        let encoder = recipe.encoder
        var h: Value
        switch encoder.output {
        case .clip:
            h = graph.pooled("pool.mel", map.framesAsImages, traits.pooling)
        case .frames:
            h = graph.pooled("pool.mel", map.framesAsImages, encoder.melPooling)
            h = Dense(name: "frames", outputs: encoder.frameWidth)(graph, h)
        }
        return Feature(raw: h, images: map.images, height: map.height, width: 1, channels: dimension)
    }

    /// The encoder's maps up to the one named `last`, in order; what comes behind it is not recorded.
    func maps(_ graph: Graph, _ input: EncoderInput, through last: String) -> [EncoderMap] {
        guard let number = traits.maps.firstIndex(of: last) else { preconditionFailure("there is no map \(last)") }
        let encoder = recipe.audioEncoder
        switch input {
        case .early(let maps):
            return maps.dropLast() + encoder.maps(graph, after: maps[maps.count - 1].feature, through: number)
        case .views(let views):
            return encoder.maps(graph, views, through: number)
        }
    }

    private func map(_ graph: Graph, _ input: EncoderInput) -> Feature {
        let maps = maps(graph, input, through: traits.maps[traits.maps.count - 1])
        return maps[maps.count - 1].feature
    }

    /// The maps that an embedding reads.
    func read(_ graph: Graph, _ input: EncoderInput, _ embedding: Embedding) -> [(map: Embedding.Map, feature: Feature)]
    {
        let names = Set(embedding.maps.map(\.name))
        guard let last = traits.maps.last(where: names.contains) else {
            preconditionFailure("the embedding reads no maps")
        }
        let maps = maps(graph, input, through: last)
        return embedding.maps.map { wanted in
            guard let found = maps.first(where: { $0.name == wanted.name }) else {
                preconditionFailure("there is no map \(wanted.name)")
            }
            return (wanted, found.feature)
        }
    }

    /// The vector of a view, (views, embedding.size).
    func embedding(_ graph: Graph, _ input: EncoderInput, _ embedding: Embedding) -> Value {
        guard embedding.kind == .stages else { return self.embedding(graph, encoding(graph, input)) }
        let maps = read(graph, input, embedding)
        let readout = StageReadout(graph, "embedding", maps.map(\.feature), bands: maps.map(\.map.bands))
        graph.record(readout)
        return readout.output
    }

    /// The frames of a view, a tensor (views · rows, values) for each map that the embedding reads, with its rows.
    func frames(_ graph: Graph, _ input: EncoderInput, _ embedding: Embedding) -> [(rows: Int, values: Value)] {
        guard embedding.kind == .stages else {
            let frames = frames(graph, input)
            return [(frames.height, frames.raw)]
        }
        return read(graph, input, embedding).map { map, feature in
            let readout = FrameReadout(graph, "frames.\(map.name)", feature, bands: map.bands)
            graph.record(readout)
            return (feature.height, readout.output)
        }
    }

    /// h of whole views, (views, dimension); of frames, pooled over time.
    func embedding(_ graph: Graph, _ encoding: Encoding) -> Value {
        switch encoding {
        case .clip(let h): h
        case .frames(let h): graph.pooled("pool.time", h, recipe.encoder.framePooling)
        }
    }

    /// The parameters of the encoder, without heads; of an embedding that reads its stages, of the layers up to the last
    /// one that it reads.
    package func encoderNames(_ embedding: Embedding? = nil) -> Set<String> {
        let parameters = ParameterStore()
        let graph = Graph(parameters: parameters, training: false)
        let input = EncoderInput.views(input(graph, views: 1))
        if let embedding { _ = self.embedding(graph, input, embedding) } else { _ = encoding(graph, input) }
        return Set(parameters.all.map { parameters.entry($0).name })
    }

    /// Every map's name with its frames, mel bands and channels.
    func mapShapes() -> [(name: String, frames: Int, bands: Int, channels: Int)] {
        let graph = Graph(parameters: ParameterStore(), training: false)
        return maps(graph, .views(input(graph, views: 1)), through: traits.maps[traits.maps.count - 1])
            .map { ($0.name, $0.feature.height, $0.feature.width, $0.feature.channels) }
    }

    /// Values of h.
    var dimension: Int { recipe.encoder.output == .clip ? traits.dimension : recipe.encoder.frameWidth }

    /// Logits of h (views, …).
    func classifier(_ graph: Graph, _ h: Value) -> Value {
        Supervised(recipe: recipe).classifier(graph, h, classes: classes)
    }

    /// Encoder, heads and losses of one training step.
    /// - Parameter batch: clips.
    package func training(_ graph: Graph, batch: Int) -> TrainingModel {
        let method = recipe.trainingMethod
        let input = input(graph, views: batch * method.views.count)
        let losses = method.record(
            ModelRecorder(graph: graph, builder: self, input: input, batch: batch, classes: classes))
        graph.pin(losses.embedding)
        return TrainingModel(input: input, embedding: losses.embedding, objectives: losses.objectives)
    }
}

/// What a training step feeds and reads.
package struct TrainingModel {
    package let input: Value
    /// h of whole views, kept to the end of the step.
    package let embedding: Value
    /// The loss on clips or labels first: its accuracy is the pretext's.
    package let objectives: [any Objective]
}

extension Recipe.Precision {
    package var rawFormat: StorageFormat { self == .float32 ? .float32 : .bfloat16 }
}
