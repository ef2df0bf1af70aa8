import OssicleAudio
import OssicleConfiguration
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

    func input(_ graph: Graph, views: Int) -> Value {
        let (frames, frontend) = (recipe.data.viewFrames, recipe.frontend)
        let shape =
            recipe.encoder.name.isOneDimensional ? [1, frames, 1] : [frames, frontend.bands, frontend.channels]
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
        switch recipe.encoder.name {
        case .efficientNetB0: efficientNet.maps(graph, input, through: EfficientNetB0.lastEarly)
        case .resNet18, .resNet18OfWaveforms: nil
        }
    }

    private var efficientNet: EfficientNetB0 {
        EfficientNetB0(dropConnect: recipe.encoder.dropConnect, timeStride: recipe.encoder.timeStride)
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
        case .clip: .clip(pooled(graph, "pool", map(graph, input), clipPooling))
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
            h = pooled(graph, "pool.mel", map.framesAsImages, clipPooling)
        case .frames:
            h = pooled(graph, "pool.mel", map.framesAsImages, encoder.melPooling)
            h = Dense(name: "frames", outputs: encoder.frameWidth, initializer: .glorotUniform)(graph, h)
        }
        return Feature(raw: h, images: map.images, height: map.height, width: 1, channels: dimension)
    }

    /// As the encoder's paper pools a map to one vector.
    private var clipPooling: PoolingKind {
        switch recipe.encoder.name {
        case .efficientNetB0: .max
        case .resNet18, .resNet18OfWaveforms: .average
        }
    }

    /// Names of the encoder's maps, the last one included.
    var mapNames: [String] {
        switch recipe.encoder.name {
        case .efficientNetB0: EfficientNetB0.mapNames
        case .resNet18, .resNet18OfWaveforms: ResNet18.mapNames
        }
    }

    /// The encoder's maps up to the one named `last`, in order; what comes behind it is not recorded.
    func maps(_ graph: Graph, _ input: EncoderInput, through last: String) -> [EncoderMap] {
        guard let number = mapNames.firstIndex(of: last) else { preconditionFailure("there is no map \(last)") }
        let encoder = recipe.encoder
        switch (input, encoder.name) {
        case (.early(let maps), _):
            return maps.dropLast() + efficientNet.maps(graph, after: maps[maps.count - 1].feature, through: number)
        case (.views(let views), .efficientNetB0):
            return efficientNet.maps(graph, views, through: number)
        case (.views(let views), .resNet18):
            return ResNet18(dimensions: .two, allowsWinograd: encoder.winograd).maps(graph, views, through: number)
        case (.views(let views), .resNet18OfWaveforms):
            return ResNet18(dimensions: .one, allowsWinograd: encoder.winograd).maps(graph, views, through: number)
                .map { EncoderMap(name: $0.name, feature: $0.feature.timeAsHeight) }
        }
    }

    private func map(_ graph: Graph, _ input: EncoderInput) -> Feature {
        let maps = maps(graph, input, through: mapNames[mapNames.count - 1])
        return maps[maps.count - 1].feature
    }

    /// The maps that an embedding reads.
    func read(_ graph: Graph, _ input: EncoderInput, _ embedding: Embedding) -> [(map: Embedding.Map, feature: Feature)]
    {
        guard let last = embedding.maps.last else { preconditionFailure("the embedding reads no maps") }
        let maps = maps(graph, input, through: last.name)
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
        case .frames(let h): pooled(graph, "pool.time", h, recipe.encoder.framePooling)
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
        return maps(graph, .views(input(graph, views: 1)), through: mapNames[mapNames.count - 1])
            .map { ($0.name, $0.feature.height, $0.feature.width, $0.feature.channels) }
    }

    var dimension: Int {
        switch (recipe.encoder.output, recipe.encoder.name) {
        case (.clip, .efficientNetB0): EfficientNetB0.dimension
        case (.clip, .resNet18), (.clip, .resNet18OfWaveforms): ResNet18.dimension
        case (.frames, _): recipe.encoder.frameWidth
        }
    }

    /// Logits of h (views, …).
    func classifier(_ graph: Graph, _ h: Value) -> Value {
        let last = recipe.head.trunk ? CLARHead.trunk(graph, h, hidden: recipe.head.hidden) : h
        return Dense(name: "classifier", outputs: classes, initializer: .glorotUniform)(graph, last)
    }

    /// Encoder, heads and losses of one training step.
    /// - Parameter batch: clips.
    package func training(_ graph: Graph, batch: Int) -> TrainingModel {
        let input = input(graph, views: batch * recipe.viewsPerClip)
        if recipe.method == .supervised, let classified {
            let h = embedding(graph, .views(input), classified)
            graph.pin(h)
            let loss = recorded(graph, LabelCrossEntropy(graph, classifier(graph, h)))
            return TrainingModel(input: input, embedding: h, objectives: [loss])
        }
        let encoding = encoding(graph, .views(input))
        let (embedding, objectives) = losses(graph, encoding, batch: batch)
        graph.pin(embedding)
        return TrainingModel(input: input, embedding: embedding, objectives: objectives)
    }

    private func losses(_ graph: Graph, _ encoding: Encoding, batch: Int) -> (Value, [any Objective]) {
        switch (recipe.method, encoding) {
        case (.supervised, _):
            let h = embedding(graph, encoding)
            return (h, [recorded(graph, LabelCrossEntropy(graph, classifier(graph, h)))])
        case (.clar, _):
            return clar(graph, embedding(graph, encoding))
        case (.multiStrategy, .frames(let frames)):
            return multiStrategy(graph, frames, batch: batch)
        case (.cola, _), (.multiStrategy, .clip):
            let h = embedding(graph, encoding)
            let head = ProjectionHead(width: recipe.head.projection, normalizes: recipe.head.normalize)
            return (h, [clipContrast(graph, head(graph, h), batch: batch)])
        }
    }

    /// - Parameter h: (2·B, dimension).
    func clar(_ graph: Graph, _ h: Value) -> (embedding: Value, objectives: [any Objective]) {
        let head = CLARHead(hidden: recipe.head.hidden, width: recipe.head.projection)
        var objectives: [any Objective] = []
        let z: Value
        if recipe.usesLabels {
            let (projection, logits) = head.labelled(graph, h, classes: classes)
            objectives.append(
                recorded(graph, LabelCrossEntropy(graph, logits, weight: recipe.objective.labelWeight)))
            z = projection
        } else {
            z = head.selfSupervised(graph, h)
        }
        let contrast = NTXent(
            graph, unit(graph, "projection.unit", z), temperature: recipe.objective.temperature)
        return (h, [recorded(graph, contrast)] + objectives)
    }

    /// The heads on frames come before the one on clips: pooling is the last reader of h, and the clip loss the last one
    /// that multiplies by W, whose gradients the others add to.
    /// - Parameter h: (views, frames, 1, dimension), not normalised.
    func multiStrategy(_ graph: Graph, _ h: Feature, batch: Int) -> (embedding: Value, objectives: [any Objective]) {
        let objective = recipe.objective
        var objectives: [any Objective] = []
        if objective.pitchWeight > 0 {
            let p = TaskHead(name: "pitch", width: 1, hasBias: true)(graph, h.raw)
            objectives.append(
                recorded(graph, PitchRegression(graph, p, batch: batch, weight: objective.pitchWeight)))
        }
        if objective.frameWeight > 0 {
            let z = TaskHead(name: "frame", width: recipe.head.projection)(graph, h.raw)
            let similarity: FrameContrast.Similarity
            let compared: Value
            switch objective.similarity {
            case .bilinear:
                similarity = .bilinear(BilinearContrast.similarity(graph, width: recipe.head.projection))
                compared = z
            case .cosine:
                similarity = .cosine(temperature: objective.temperature)
                compared = unit(graph, "frame.unit", z)
            }
            objectives.append(
                recorded(
                    graph,
                    FrameContrast(
                        graph, compared, batch: batch, margin: objective.frameMargin, pairs: objective.framePairs,
                        similarity: similarity, addsToSimilarity: objective.clipWeight > 0,
                        weight: objective.frameWeight)))
        }
        let pooled = pooled(
            graph, "pool.time", h, recipe.encoder.framePooling, isDifferentiable: objective.clipWeight > 0)
        if objective.clipWeight > 0 {
            let z = TaskHead(name: "clip", width: recipe.head.projection)(graph, pooled)
            objectives.append(clipContrast(graph, z, batch: batch, weight: objective.clipWeight))
        }
        return (pooled, objectives.reversed())
    }

    private func clipContrast(_ graph: Graph, _ projection: Value, batch: Int, weight: Float = 1) -> any Objective {
        switch recipe.objective.similarity {
        case .bilinear:
            return recorded(graph, BilinearContrast(graph, projection, batch: batch, weight: weight))
        case .cosine:
            return recorded(
                graph,
                CosineContrast(
                    graph, unit(graph, "projection.unit", projection), batch: batch,
                    temperature: recipe.objective.temperature, weight: weight))
        }
    }

    private func unit(_ graph: Graph, _ name: String, _ input: Value) -> Value {
        let unit = L2Normalization(graph, name, input)
        graph.record(unit)
        return unit.output
    }

    private func pooled(
        _ graph: Graph, _ name: String, _ input: Feature, _ kind: PoolingKind, isDifferentiable: Bool = true
    ) -> Value {
        let pooling = Pooling(graph, name, input, kind, isDifferentiable: isDifferentiable)
        graph.record(pooling)
        return pooling.output
    }

    private func recorded<O: Objective>(_ graph: Graph, _ objective: O) -> O {
        graph.record(objective)
        return objective
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
