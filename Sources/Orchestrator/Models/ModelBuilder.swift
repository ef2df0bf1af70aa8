import OssicleAudio
import OssicleGraph
import OssicleKernels

/// A recorder of the model that a recipe describes: encoder, heads and losses. The names and the order of the
/// parameters depend neither on the batch size nor on the mode. A training graph and an inference graph can therefore
/// share one `ParameterStore`.
package struct ModelBuilder {
    package let recipe: Recipe
    /// The number of classes, for methods with a classifier.
    package var classes = 0
    /// The embedding that the classifier of `supervised` reads. nil: it reads h, the encoder's vector of a view, which
    /// the heads of the other methods read.
    package var classified: Embedding?

    package init(recipe: Recipe, classes: Int = 0, classified: Embedding? = nil) {
        self.recipe = recipe
        self.classes = classes
        self.classified = classified
    }

    private var traits: EncoderTraits { recipe.encoderTraits }

    /// Declares the input of the encoder: the views.
    func input(_ graph: Graph, views: Int) -> Value {
        let (frames, frontend) = (recipe.data.viewFrames, recipe.frontend)
        let shape =
            traits.input == .waveform ? [1, frames, 1] : [frames, frontend.bands, frontend.channels]
        return graph.pinnedValue([views] + shape)
    }

    /// The input of the encoder, or of the layers after its early layers.
    enum EncoderInput {
        /// Views (views, frames, bands, channels), or waveforms (views, 1, samples, 1).
        case views(Value)
        /// The feature maps of `earlyMaps(_:_:)`: those that an embedding reads, and then the last one.
        case early([EncoderMap])
    }

    /// The feature maps of the encoder's early layers, which have large feature maps and few weights. nil if the
    /// encoder has no early layers.
    func earlyMaps(_ graph: Graph, _ input: Value) -> [EncoderMap]? {
        traits.lastEarly.map { recipe.audioEncoder.maps(graph, input, through: $0) }
    }

    /// The output of the encoder: one vector per view, or frames, which are not pooled over time.
    enum Encoding {
        /// One vector per view, (views, dimension).
        case clip(Value)
        /// One vector per frame of a view, (views × frames, dimension).
        case frames(Feature)
    }

    func encoding(_ graph: Graph, _ input: EncoderInput) -> Encoding {
        switch recipe.encoder.output {
        case .clip: .clip(graph.pooled("pool", map(graph, input), traits.pooling))
        case .frames: .frames(frames(graph, input))
        }
    }

    /// One vector per frame, (views, frames, 1, dimension), for any encoder. If the output of the encoder is one vector
    /// per view, the frames are pooled over mel only. The vector of the view is then the maximum, or the mean, of its
    /// frames.
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

    /// The encoder's feature maps up to the one named `last`, in order. Later layers are not recorded.
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

    /// The feature maps that an embedding reads.
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

    /// The embedding of each view, (views, embedding.size).
    func embedding(_ graph: Graph, _ input: EncoderInput, _ embedding: Embedding) -> Value {
        guard embedding.kind == .stages else { return self.embedding(graph, encoding(graph, input)) }
        let maps = read(graph, input, embedding)
        let readout = StageReadout(graph, "embedding", maps.map(\.feature), bands: maps.map(\.map.bands))
        graph.record(readout)
        return readout.output
    }

    /// The frames of the views. For each feature map that the embedding reads, the result has a tensor (views · rows,
    /// values) and the number of rows per view.
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

    /// The vector h of each view, (views, dimension). Frames are pooled over time.
    func embedding(_ graph: Graph, _ encoding: Encoding) -> Value {
        switch encoding {
        case .clip(let h): h
        case .frames(let h): graph.pooled("pool.time", h, recipe.encoder.framePooling)
        }
    }

    /// The names of the encoder's parameters, without heads. For an embedding that reads stages, these are the
    /// parameters of the layers up to the last one that it reads.
    package func encoderNames(_ embedding: Embedding? = nil) -> Set<String> {
        let parameters = ParameterStore()
        let graph = Graph(parameters: parameters, training: false)
        let input = EncoderInput.views(input(graph, views: 1))
        if let embedding { _ = self.embedding(graph, input, embedding) } else { _ = encoding(graph, input) }
        return Set(parameters.all.map { parameters.entry($0).name })
    }

    /// The name, frames, mel bands and channels of every feature map.
    func mapShapes() -> [(name: String, frames: Int, bands: Int, channels: Int)] {
        let graph = Graph(parameters: ParameterStore(), training: false)
        return maps(graph, .views(input(graph, views: 1)), through: traits.maps[traits.maps.count - 1])
            .map { ($0.name, $0.feature.height, $0.feature.width, $0.feature.channels) }
    }

    /// The number of values of h.
    var dimension: Int { recipe.encoder.output == .clip ? traits.dimension : recipe.encoder.frameWidth }

    /// The logits of the classifier of `supervised`.
    /// - Parameter h: (views, …).
    func classifier(_ graph: Graph, _ h: Value) -> Value {
        Supervised(recipe: recipe).classifier(graph, h, classes: classes)
    }

    /// Records the encoder, the heads and the losses of one training step.
    /// - Parameter batch: the number of clips.
    package func training(_ graph: Graph, batch: Int) -> TrainingModel {
        let method = recipe.trainingMethod
        let input = input(graph, views: batch * method.views.count)
        let losses = method.record(
            ModelRecorder(graph: graph, builder: self, input: input, batch: batch, classes: classes))
        graph.pin(losses.embedding)
        return TrainingModel(input: input, embedding: losses.embedding, objectives: losses.objectives)
    }
}

/// The values of a training step that are filled or read from outside.
package struct TrainingModel {
    /// The views of all clips.
    package let input: Value
    /// The vector h of each view. It is kept until the end of the step.
    package let embedding: Value
    /// The losses. The first one is the loss on clips or labels, and its accuracy is the pretext accuracy.
    package let objectives: [any Objective]
}

extension Recipe.Precision {
    package var rawFormat: StorageFormat { self == .float32 ? .float32 : .bfloat16 }
}
