/// A recipe whose training steps take a fraction of a second. Each sets the keys of its method.
struct TinyRecipe: Sendable {
    let name: String
    let yaml: String

    static let cola = TinyRecipe(
        name: "cola",
        yaml: """
            # The smallest run.
            method: cola
            data:
              view_frames: 16
            frontend:
              mel_bands: 32
            head:
              projection: 8
            optimizer:
              name: sgd
            training:
              steps: 1
              batch_size: 2
              threads: 1

            """)

    static let multiStrategy = TinyRecipe(
        name: "multi-strategy",
        yaml: """
            method: multi-strategy
            data: {view_frames: 32, workers: 1}
            frontend: {mel_bands: 32}
            augmentation:
              positive_noise: 0.0
              level_jitter_db: 10.0
              background_probability: 0.5
              time_masks: 1
              time_mask_frames: 8
              anchor_shift: 0.2    # of the third view
            encoder:
              output: frames
              time_stride: 8
              frame_width: 16
            head: {projection: 8}
            objective:
              similarity: cosine
              temperature: 0.2
            optimizer:
              name: adam
              average: 0.9
            training: {steps: 1, batch_size: 2, threads: 1}

            """)

    static let clar = TinyRecipe(
        name: "clar",
        yaml: """
            method: clar
            data:
              view_frames: 24
              placement: start
              level: 0.0
            frontend:
              name: clar
              hop_samples: 128
              mel_bands: 32
              low_hertz: 40.0
              high_hertz: 8000.0
            augmentation:
              positive_noise: 0.0
              chain: fade 0.5, time-mask 0.5, time-shift 0.5, white-noise 0.5
            head:
              hidden: 8
              projection: 8
            optimizer:
              name: lars
              learning_rate: 1.2
              weight_decay: 0.0001
            schedule:
              name: cosine
              warmup_epochs: 1
            training:
              steps: 1
              batch_size: 3
              threads: 1

            """)

    static let supervised = TinyRecipe(
        name: "supervised",
        yaml: """
            method: supervised
            precision: bf16-storage
            data: {view_frames: 16, hold_out: test, label_share: 1.0}
            frontend: {mel_bands: 32}
            augmentation: {positive_noise: 0.0, trim_probability: 0.5, band_limit_probability: 0.5}
            head: {trunk: true, hidden: 8}
            optimizer: {name: sgd, learning_rate: 0.001}
            training: {steps: 1, batch_size: 2, threads: 1}

            """)

    static let waveform = TinyRecipe(
        name: "waveform",
        yaml: """
            method: cola
            data:
              view_frames: 400
              cache_memory_mib: 1
            frontend: {name: waveform}
            encoder: {name: resnet18-1d}
            head: {projection: 8}
            augmentation: {pitch_shift: 0.1, pitch_engine: vocoder}
            optimizer: {name: sgd}
            training: {steps: 1, batch_size: 2, threads: 1}

            """)

    static let all: [TinyRecipe] = [.cola, .multiStrategy, .clar, .supervised, .waveform]

    /// A grid of two short runs.
    static let grid = """
        recipe: recipe.yaml
        data: [sounds]
        rows: [a, b]
        seeds: [0]
        set: {training.steps: 1, training.batch_size: 2}
        diagonal: {head.projection: 4}
        probe: [sounds]
        embedding: stages

        """
}
