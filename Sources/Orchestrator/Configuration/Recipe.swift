import OssicleAudio
import OssicleGraph

/// Everything that determines a run, saved in every checkpoint. One commented YAML file per recipe lives in `Configs/`.
///
/// Every key has a default, so a recipe file says only what it changes; ``RecipeFile`` reads files strictly: an unknown
/// key is an error that names the nearest known one.
public struct Recipe: Codable, Sendable, Equatable {
    /// What the run learns from.
    public enum Method: String, Codable, Sendable, CaseIterable {
        /// Contrast of two crops of a clip against the other clips of the batch (COLA).
        case cola
        /// That contrast, one of frames, and the regression of a pitch shift (multi-strategy).
        case multiStrategy = "multi-strategy"
        /// Contrast of two views of a clip against all other views, and cross-entropy over the clips that have a label (CLAR).
        case clar
        /// Cross-entropy over the data set's labels, from random initialisation or from another run's weights.
        case supervised
    }

    /// How training keeps what it reads again.
    public enum Precision: String, Codable, Sendable, CaseIterable {
        case float32
        /// Raw outputs of convolutions as bfloat16: half their memory. Sums, weights and gradients stay float, and so does
        /// encoding once it is trained.
        case bf16Storage = "bf16-storage"
    }

    public var method: Method = .cola
    public var precision: Precision = .float32
    /// What embeddings and probes read of the encoder. The training does not depend on it.
    public var embedding: EmbeddingKind = .stages
    public var data = DataSection()
    public var frontend = FrontEndConfiguration()
    public var augmentation = AugmentationSection()
    public var encoder = EncoderSection()
    public var head = HeadSection()
    public var objective = ObjectiveSection()
    public var optimizer = OptimizerSection()
    public var schedule = ScheduleSection()
    public var training = TrainingSection()

    public init() {}
}

/// What an embedding reads of the encoder: maps from its middle, or its last one. `Embedding` says how.
public enum EmbeddingKind: String, Codable, Sendable, CaseIterable {
    case stages
    case last
}

/// Which audio is read, and how views are cut from it.
public struct DataSection: Codable, Sendable, Equatable {
    /// Frames of one view; with a hop of 10 ms, 96 frames are 960 ms. Of waveforms, samples.
    public var viewFrames = 96
    /// Root-mean-square level that every clip is scaled to before cropping; 0 leaves levels as they are.
    public var level: Float = 0.0025
    /// Where a view is cut from its clip.
    public enum Placement: String, Codable, Sendable, CaseIterable {
        /// Anywhere; a shorter clip stands in the middle.
        case random
        /// At the clip's beginning; a shorter clip is padded behind.
        case start
    }
    public var placement: Placement = .random
    /// What training must not see.
    public enum HoldOut: String, Codable, Sendable, CaseIterable {
        case none
        /// The published test part, and what a published list keeps for validation (``AudioDataset/heldOut``).
        case test
    }
    public var holdOut: HoldOut = .none
    /// Part of each class's clips whose labels are used, drawn by the seed.
    public var labelShare = 1.0
    /// Decoded audio kept in memory, in MiB, so that a clip is decoded once and not every epoch.
    public var cacheMemoryMiB = 2048
    /// Loader threads; 0 chooses.
    public var workers = 0
    /// Batches prepared ahead of the trainer.
    public var prefetch = 3

    public init() {}
    enum CodingKeys: String, CodingKey {
        case level
        case workers
        case prefetch
        case placement
        case viewFrames = "view_frames"
        case holdOut = "hold_out"
        case labelShare = "label_share"
        case cacheMemoryMiB = "cache_memory_mib"
    }
}

/// Changes to single views, drawn anew each time a view is cut. 0 switches one off.
public struct AugmentationSection: Codable, Sendable, Equatable {
    /// Standard deviation of white noise added to the positive's waveform (the authors' code: 0.001).
    public var positiveNoise: Float = 0.001
    /// Every view's level is changed by a gain uniform in ± this many decibels.
    public var levelJitterDB: Float = 0
    /// The positive starts within this many seconds of the anchor; 0: anywhere in the clip.
    public var positiveReachSeconds: Float = 0
    /// Every view's pitch is shifted by a ratio uniform in 1 ± this, by `pitchEngine`.
    public var pitchShift: Float = 0
    public var pitchEngine: PitchEngine = .vocoder
    /// Transforms of every view's waveform, one after the other.
    public var chain = AugmentationChain()
    /// Of multi-strategy pretraining: the third view is the anchor, shifted by a ratio uniform in 1 ± this.
    public var anchorShift: Float = 0.2
    /// Probability with which a crop of another clip is mixed into a view, at a ratio of levels uniform between the two.
    public var backgroundProbability: Float = 0
    public var backgroundLowestDB: Float = 0
    public var backgroundHighestDB: Float = 20
    /// Probability with which a view is silenced but for a part of at least `trimShortest`.
    public var trimProbability: Float = 0
    public var trimShortest: Float = 0.4
    /// Probability with which a view loses its highest bands; at least this part of them is left.
    public var bandLimitProbability: Float = 0
    public var bandLimitLowest: Float = 0.6
    /// Masks in time: number a view, and the longest one in frames.
    public var timeMasks = 0
    public var timeMaskFrames = 16
    /// Masks in frequency: number a view, and the widest one in mel bands.
    public var frequencyMasks = 0
    public var frequencyMaskBands = 8

    public init() {}
    enum CodingKeys: String, CodingKey {
        case positiveNoise = "positive_noise"
        case levelJitterDB = "level_jitter_db"
        case positiveReachSeconds = "positive_reach_seconds"
        case pitchShift = "pitch_shift"
        case pitchEngine = "pitch_engine"
        case chain
        case anchorShift = "anchor_shift"
        case backgroundProbability = "background_probability"
        case backgroundLowestDB = "background_lowest_db"
        case backgroundHighestDB = "background_highest_db"
        case trimProbability = "trim_probability"
        case trimShortest = "trim_shortest"
        case bandLimitProbability = "band_limit_probability"
        case bandLimitLowest = "band_limit_lowest"
        case timeMasks = "time_masks"
        case timeMaskFrames = "time_mask_frames"
        case frequencyMasks = "frequency_masks"
        case frequencyMaskBands = "frequency_mask_bands"
    }
}

public struct EncoderSection: Codable, Sendable, Equatable {
    public enum Name: String, Codable, Sendable, CaseIterable {
        case efficientNetB0 = "efficientnet-b0"
        case resNet18 = "resnet18-2d"
        /// Over waveforms.
        case resNet18OfWaveforms = "resnet18-1d"
    }
    public var name: Name = .efficientNetB0
    /// What the encoder's weights begin as: those of a run (its folder), or of a safetensors file with torchvision's names;
    /// empty: random ones.
    public var start = ""
    /// Whether convolutions of stride 1, 3×3 or 9 wide, may take Winograd's method: faster, with errors of 2e-5 of the
    /// largest value.
    public var winograd = true
    /// Probability with which the last block's branch is dropped for an image; block b of 16 has b/16 of it.
    public var dropConnect: Float = 0.2

    /// Whether the encoder gives one vector a view, or one a frame.
    public enum Output: String, Codable, Sendable, CaseIterable {
        /// The largest value over time and mel: 1280 numbers a view.
        case clip
        /// Pooled over mel, and a dense layer: `frameWidth` numbers a frame; their pool over time stands for the view.
        case frames
    }
    public var output: Output = .clip
    /// Spectrogram frames of one frame of the map: 32, 16 or 8.
    public var timeStride = 32
    /// How frames are pooled over mel, and a view's frames over time.
    public var melPooling: PoolingKind = .average
    public var framePooling: PoolingKind = .average
    public var frameWidth = 512

    public init() {}
    enum CodingKeys: String, CodingKey {
        case name
        case start
        case output
        case winograd
        case dropConnect = "drop_connect"
        case timeStride = "time_stride"
        case melPooling = "mel_pooling"
        case framePooling = "frame_pooling"
        case frameWidth = "frame_width"
    }
}

public struct HeadSection: Codable, Sendable, Equatable {
    /// Width of the projection that the objective compares.
    public var projection = 512
    /// Width of the layers before it (clar, and supervised with a trunk).
    public var hidden = 512
    /// Of supervised: two hidden layers with batch norm and ReLU before the classifier, as in CLAR's comparison.
    public var trunk = false
    /// LayerNorm and tanh after the dense layer (the authors' cosine arm leaves both out).
    public var normalize = true

    public init() {}
}

public struct ObjectiveSection: Codable, Sendable, Equatable {
    public enum Similarity: String, Codable, Sendable, CaseIterable {
        case bilinear
        case cosine
    }
    public var similarity: Similarity = .bilinear
    /// Divides the cosine similarity; the bilinear one has none.
    public var temperature: Float = 0.2
    /// Of multi-strategy pretraining: weights of the losses on clips, frames (α) and pitch (β); 0 leaves one out.
    public var clipWeight: Float = 1
    public var frameWeight: Float = 1
    public var pitchWeight: Float = 1
    /// Frames this far apart are positives of each other; 0: a frame alone.
    public var frameMargin = 0
    public var framePairs: FramePairs = .cross
    /// What the pitch loss takes for the size of a shift by the ratio r.
    public enum PitchTarget: String, Codable, Sendable, CaseIterable {
        /// r − 1.
        case linear
        /// log₂ r.
        case octaves
    }
    public var pitchTarget: PitchTarget = .linear
    /// Of clar: weight of the cross-entropy over labelled clips; 0: labels are not used.
    public var labelWeight: Float = 1

    public init() {}
    enum CodingKeys: String, CodingKey {
        case similarity
        case temperature
        case clipWeight = "clip_weight"
        case frameWeight = "frame_weight"
        case pitchWeight = "pitch_weight"
        case frameMargin = "frame_margin"
        case framePairs = "frame_pairs"
        case pitchTarget = "pitch_target"
        case labelWeight = "label_weight"
    }
}

public struct OptimizerSection: Codable, Sendable, Equatable {
    public enum Name: String, Codable, Sendable, CaseIterable {
        /// Adam; with weight decay AdamW.
        case adam
        /// Gradient descent with momentum.
        case sgd
        /// The same, with a rate of its own for each tensor.
        case lars
    }
    public var name: Name = .adam
    public var learningRate = 1e-4
    public var beta1 = 0.9
    public var beta2 = 0.999
    public var epsilon = 1e-8
    /// Of sgd and lars.
    public var momentum = 0.9
    /// Weight decay: decoupled for adam (AdamW), added to the gradient for sgd and lars.
    public var weightDecay = 0.0
    /// Whether biases and the scales and shifts of norms are decayed too.
    public var decaysAll = false
    /// Of lars: a tensor's step is this part of its own norm, at a rate of 1.
    public var trust = 0.001
    /// Decay of a running average of the weights, which embeddings and probes are then made with; 0: none.
    public var average = 0.0

    public init() {}
    enum CodingKeys: String, CodingKey {
        case name
        case beta1
        case beta2
        case epsilon
        case momentum
        case trust
        case average
        case decaysAll = "decays_all"
        case learningRate = "learning_rate"
        case weightDecay = "weight_decay"
    }
}

public struct ScheduleSection: Codable, Sendable, Equatable {
    public enum Name: String, Codable, Sendable, CaseIterable {
        case constant
        /// Half a cosine from the learning rate to 0 over the run, without restarts.
        case cosine
    }
    public var name: Name = .constant
    /// Steps over which the rate rises linearly from 0; or epochs, which add to them.
    public var warmupSteps = 0
    public var warmupEpochs = 0

    public init() {}
    enum CodingKeys: String, CodingKey {
        case name
        case warmupSteps = "warmup_steps"
        case warmupEpochs = "warmup_epochs"
    }
}

public struct TrainingSection: Codable, Sendable, Equatable {
    public var epochs = 500
    /// Ends the run after this many steps; 0: after `epochs`.
    public var steps = 0
    /// Clips in a batch; a contrastive batch has twice as many views.
    public var batchSize = 1024
    public var seed: UInt64 = 0
    /// Compute threads; 0: one a core. Results do not depend on it.
    public var threads = 0
    /// Minutes between checkpoints besides the one at the end.
    public var checkpointMinutes = 5.0
    /// Epochs between probes of the encoder, where a run is given labelled clips to evaluate it on.
    public var evaluationEpochs = 10

    public init() {}
    enum CodingKeys: String, CodingKey {
        case epochs
        case steps
        case seed
        case threads
        case batchSize = "batch_size"
        case checkpointMinutes = "checkpoint_minutes"
        case evaluationEpochs = "evaluation_epochs"
    }
}
