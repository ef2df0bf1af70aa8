import Foundation
import Orchestrator
import Testing

@testable import OssicleModels

@Suite struct RecipeFileTests {
    @Test func a_file_says_only_what_it_changes() throws {
        let recipe = try RecipeFile.parse(yaml: "optimizer:\n  learning_rate: 1e-3\n")
        var expected = Recipe()
        expected.optimizer.learningRate = 0.001
        #expect(recipe == expected)
        #expect(try RecipeFile.parse(yaml: "") == Recipe())
        #expect(try RecipeFile.parse(yaml: "# nothing\ndata:\n  # commented out\n") == Recipe())
    }

    @Test func a_written_recipe_reads_back_equal() throws {
        var recipe = Recipe()
        recipe.method = .supervised
        recipe.data.level = 0.1 + 1e-8
        recipe.optimizer.learningRate = 1.0 / 3
        recipe.optimizer.epsilon = 1e-30
        recipe.training.seed = .max
        recipe[COLA.Options.self].normalize = false
        #expect(try RecipeFile.parse(yaml: RecipeFile.yaml(of: recipe)) == recipe)

        let folder = try TemporaryFolder()
        try RecipeFile.write(recipe, to: folder.path + "/recipe.yaml")
        #expect(try RecipeFile.load(folder.path + "/recipe.yaml") == recipe)
    }

    @Test func a_saved_recipe_takes_the_defaults_of_younger_keys() throws {
        var recipe = Recipe()
        recipe.contrast.temperature = 0.1
        recipe.training.seed = 1 << 60 | 1
        let json = String(decoding: try JSONEncoder().encode(recipe), as: UTF8.self)
        let older = json.replacing(#/"frame_margin":0,?/#, with: "")
        #expect(!older.contains("frame_margin"))
        let read = try JSONDecoder().decode(Recipe.self, from: Data(older.utf8))
        #expect(read == recipe)
    }

    @Test func every_key_of_a_recipe_can_be_written() throws {
        let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(Recipe())) as? [String: Any]
        var names: Set<String> = []
        for (key, value) in json ?? [:] {
            guard let section = value as? [String: Any] else {
                names.insert(key)
                continue
            }
            for inner in section.keys { names.insert("\(key).\(inner)") }
        }
        #expect(names == Set(RecipeKey.all.map(\.name)))
        #expect(RecipeKey.all.count == names.count)
    }

    @Test(arguments: [
        ("optimiser: {learning_rate: 1}", "optimiser.learning_rate", "optimizer.learning_rate"),
        ("optimizer: {learningrate: 1}", "optimizer.learningrate", "optimizer.learning_rate"),
        ("optimizer: {lr: 1}", "optimizer.lr", "optimizer.learning_rate"),
        ("batch_size: 8", "batch_size", "training.batch_size"),
        ("trainig: 3", "trainig", "training"),
        ("encoder: {name: efficientnet-b0, depth: {blocks: 3}}", "encoder.depth.blocks", nil),
        ("zzzzzzzzzzzzzzzz: 1", "zzzzzzzzzzzzzzzz", nil),
    ])
    func an_unknown_key_at_any_depth_names_the_nearest(yaml: String, key: String, nearest: String?) {
        #expect(throws: RecipeError.inFile(path: "text", line: 1, .unknownKey(key, nearest: nearest))) {
            try RecipeFile.parse(yaml: yaml)
        }
    }

    @Test(arguments: [
        ("training: {batch_size: many}", "training.batch_size", "many"),
        ("training: {batch_size: 1.5}", "training.batch_size", "1.5"),
        ("training: {batch_size: 0}", "training.batch_size", "0"),
        ("training: {batch_size: 1}", "training.batch_size", "1"),
        ("training: {batch_size: [1]}", "training.batch_size", "a list"),
        ("training: {batch_size: {a: 1}}", "training.batch_size", "a group of keys"),
        ("training: {seed: -1}", "training.seed", "-1"),
        ("training: 3", "training", "3"),
        ("method: clap", "method", "clap"),
        ("precision: bf16", "precision", "bf16"),
        ("{encoder: {name: resnet18-2d}, precision: bf16-storage}", "precision", "bf16-storage"),
        ("head: {normalize: maybe}", "head.normalize", "maybe"),
        ("encoder: {drop_connect: 1}", "encoder.drop_connect", "1"),
        ("optimizer: {learning_rate: nan}", "optimizer.learning_rate", "nan"),
        ("encoder: {name: resnet18-1d}", "encoder.name", "resnet18-1d"),
        ("frontend: {name: waveform}", "encoder.name", "efficientnet-b0"),
        (
            "{frontend: {name: waveform}, encoder: {name: resnet18-1d}, augmentation: {time_masks: 1}}",
            "augmentation.time_masks", "1"
        ),
        ("frontend: {name: clar, low_hertz: 0}", "frontend.low_hertz", "0.0"),
        ("frontend: {name: clar-paper, mel_bands: 129}", "frontend.mel_bands", "129"),
        ("{frontend: {name: clar}, data: {view_frames: 7}}", "data.view_frames", "7"),
        ("optimizer: {average: 1}", "optimizer.average", "1"),
        ("training: {batch_size: 9223372036854775807}", "training.batch_size", "9223372036854775807"),
        ("schedule: {warmup_epochs: 9223372036854775807}", "schedule.warmup_epochs", "9223372036854775807"),
        ("data: {view_frames: 9223372036854775807}", "data.view_frames", "9223372036854775807"),
        ("data: {view_frames: 16777216}", "data.view_frames", "16777216"),
        ("{frontend: {hop_samples: 1048576}, data: {view_frames: 1000}}", "data.view_frames", "1000"),
        ("{training: {batch_size: 1048576}, data: {view_frames: 262144}}", "training.batch_size", "1048576"),
        ("frontend: {hop_samples: 9223372036854775807}", "frontend.hop_samples", "9223372036854775807"),
        (
            "{frontend: {name: waveform}, encoder: {name: resnet18-1d}, data: {view_frames: 12}}", "data.view_frames",
            "12"
        ),
        ("frontend: {fft_size: 256}", "frontend.fft_size", "256"),
        ("frontend: {fft_size: 1000}", "frontend.fft_size", "1000"),
        ("frontend: {high_hertz: 9000}", "frontend.high_hertz", "9000.0"),
        ("frontend: {low_hertz: 7800}", "frontend.low_hertz", "7800.0"),
        ("augmentation: {time_masks: 1, time_mask_frames: 97}", "augmentation.time_mask_frames", "97"),
        ("augmentation: {frequency_masks: 1, frequency_mask_bands: 65}", "augmentation.frequency_mask_bands", "65"),
    ])
    func a_wrong_value_names_key_and_value(yaml: String, key: String, value: String) {
        #expect {
            try RecipeFile.parse(yaml: yaml)
        } throws: { error in
            // An error of one key has its line. An error of several keys together has no line.
            var cause = error as? RecipeError
            if case .inFile("text", 1, let inner) = cause { cause = inner }
            guard case .invalidValue(key, value, let expected) = cause else { return false }
            return !expected.isEmpty
        }
    }

    @Test(arguments: [
        ("training:\n  epochs: 3\n  batch_size: many\n", "line 3: recipe key “training.batch_size” cannot be “many”"),
        ("training:\n  epochs: 3\n  batchsize: 8\n", "line 3: unknown recipe key “training.batchsize”"),
        ("training:\n\n  epochs: [1, 2]\n", "line 3: recipe key “training.epochs” cannot be “a list”"),
        ("training:\n  epochs: 3\n  epochs: 4\n", "line 2: the key “epochs” occurs twice"),
        ("training:\n  epochs: \"3\n", "line 3, column 1: found unexpected end of stream"),
        ("training:\n\tepochs: 3\n", "line 2, column 1: found character that cannot start any token"),
        ("- training\n", "it is not a list of “key: value” lines"),
    ])
    func an_error_of_a_file_names_it_and_the_line(yaml: String, text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(yaml, to: "mine.yaml")
        let error = try #require(#expect(throws: RecipeError.self) { try RecipeFile.load(path) })
        #expect(error.description.contains(path) && error.description.contains(text), "\(error)")
        #expect(!error.description.contains("\n"))
    }

    @Test func a_recipe_that_is_not_utf_8_is_refused_with_the_line() throws {
        let folder = try TemporaryFolder()
        for (bytes, text) in [
            (Array("training:\n  # caf".utf8) + [0xE9, 0x0A], "line 2 is not UTF-8 text"),
            ([0xFF, 0xFE, 0x61, 0], "it is UTF-16 text or not text at all"),
        ] {
            let path = try folder.file("mine.yaml")
            try Data(bytes).write(to: URL(filePath: path))
            let error = try #require(#expect(throws: RecipeError.self) { try RecipeFile.load(path) })
            #expect(error.description.contains(path) && error.description.contains(text), "\(error)")
        }
        let path = try folder.write("\u{FEFF}training: {epochs: 7}\n", to: "marked.yaml")
        #expect(try RecipeFile.load(path).training.epochs == 7)
    }

    @Test func a_recipe_built_in_swift_is_checked_as_a_file_is() throws {
        func key(_ change: (inout Recipe) -> Void) -> String? {
            var recipe = Recipe()
            change(&recipe)
            guard case .invalidValue(let key, _, _)? = #expect(throws: RecipeError.self, performing: recipe.validate)
            else { return nil }
            return key
        }
        try Recipe().validate()
        #expect(key { $0.optimizer.learningRate = .nan } == "optimizer.learning_rate")
        #expect(key { $0.training.batchSize = 0 } == "training.batch_size")
        #expect(key { $0.method = "unknown" } == "method")
        #expect(key { $0.encoder.name = "unknown" } == "encoder.name")
        // The losses of multi-strategy read frames, but the default encoder output has no frames.
        #expect(key { $0.method = .multiStrategy } == "encoder.output")
        #expect(key { $0[MultiStrategy.Shift.self].anchorShift = 2 } == "augmentation.anchor_shift")
        var recipe = Recipe()
        recipe.encoder.start = "a \"quoted\" path"
        recipe.augmentation.chain = try AugmentationChain("fade 0.5, white-noise 0.5")
        try recipe.validate()
    }

    @Test func options_of_other_methods_are_kept_and_compared() throws {
        var recipe = Recipe()
        recipe[CLAR.Options.self].labelWeight = 0.25
        #expect(recipe != Recipe() && recipe[MultiStrategy.Options.self] == MultiStrategy.Options())
        #expect(try RecipeFile.parse(yaml: RecipeFile.yaml(of: recipe))[CLAR.Options.self].labelWeight == 0.25)
        recipe[CLAR.Options.self].labelWeight = 1
        #expect(recipe == Recipe())
    }

    @Test func an_encoder_of_waveforms_with_a_front_end_of_spectra_names_both() {
        let error = #expect(throws: RecipeError.self) {
            try RecipeFile.parse(yaml: "{method: clar, encoder: {name: resnet18-1d}, frontend: {name: clar}}")
        }
        let text = error?.description ?? ""
        #expect(text.contains("encoder.name") && text.contains("resnet18-1d") && text.contains("frontend.name clar"))
    }

    @Test func overrides_win_over_the_file_and_the_last_one_counts() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("training: {batch_size: 8, epochs: 3}\n", to: "mine.yaml")
        let recipe = try RecipeFile.load(
            path, overrides: ["training.batch_size=16", "training.batch_size = 32", "method=supervised"])
        #expect(recipe.training.batchSize == 32)
        #expect(recipe.training.epochs == 3)
        #expect(recipe.method == .supervised)
    }

    @Test func a_range_over_two_keys_is_checked_after_all_overrides() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("", to: "mine.yaml")
        let recipe = try RecipeFile.load(
            path, overrides: ["frontend.window_samples=2000", "frontend.fft_size=2048"])
        #expect(recipe.frontend.windowSamples == 2000)
    }

    @Test func a_malformed_override_is_an_error() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("", to: "mine.yaml")
        for text in ["training.epochs", "=3", ""] {
            #expect(throws: RecipeError.malformedOverride(text)) { try RecipeFile.load(path, overrides: [text]) }
        }
        #expect(throws: RecipeError.unknownKey("training.epoch", nearest: "training.epochs")) {
            try RecipeFile.load(path, overrides: ["training.epoch=3"])
        }
    }

    @Test func every_named_recipe_loads() throws {
        #expect(RecipeFile.names.contains("cola"))
        for name in RecipeFile.names { _ = try RecipeFile.load(name) }
    }

    @Test func the_recipe_cola_is_the_defaults() throws { #expect(try RecipeFile.load("cola") == Recipe()) }

    @Test func a_program_without_recipes_says_where_it_looked() {
        let text = RecipeError.notFound(name: "cola", known: []).description
        let here = FileManager.default.currentDirectoryPath + "/Configs"
        #expect(text.contains("“cola”") && text.contains("share/ossicle/Configs") && text.contains(here))
        #expect(text.contains("OSSICLE_CONFIGS"))
    }

    @Test func an_unknown_name_lists_the_known_ones() {
        #expect {
            try RecipeFile.load("colla")
        } throws: { error in
            "\(error)".contains("colla") && "\(error)".contains("cola-small")
        }
    }

    @Test func unreadable_files_are_named() throws {
        let folder = try TemporaryFolder()
        let list = try folder.write("- 1\n- 2\n", to: "list.yaml")
        let broken = try folder.write("a: [1\nb: {", to: "broken.yaml")
        for path in [list, broken, folder.path + "/none.yaml", folder.path] {
            #expect {
                try RecipeFile.load(path)
            } throws: { error in
                guard case RecipeError.unreadable(path, _) = error else { return false }
                return !"\(error)".contains("\n")
            }
        }
    }
}
