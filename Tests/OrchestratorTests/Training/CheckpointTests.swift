import Foundation
import Orchestrator
import Testing

@testable import OssicleTraining

/// Tests of what a checkpoint keeps, refuses and gives to other runs.
@Suite(.serialized) struct CheckpointTests: SmallRuns {
    let folder: TemporaryFolder

    init() throws { folder = try Self.writeClips() }

    @Test func a_run_begins_with_another_runs_encoder_or_with_that_of_a_file_by_name() throws {
        func start(_ path: String) throws -> (store: ParameterStore, missing: [String]) {
            let step = try TrainingStep(recipe: self.recipe(), batch: 3, threads: 1)
            let names = ModelBuilder(recipe: self.recipe()).encoderNames()
            return (step.parameters, try StartWeights(path).load(into: step.parameters, names: names))
        }
        func values(_ store: ParameterStore, _ name: String) throws -> [Float] {
            store.buffer(try #require(store.named(name))).array
        }
        let (stem, projection) = ("features.0.0.weight", "projection.dense.weight")
        defer { remove("start", "started") }
        let dataset = try AudioDataset.open([folder.path], layout: .folders)
        var recipe = recipe()
        recipe.training.steps = 2
        recipe.optimizer.average = 0.5
        _ = try Trainer(recipe: recipe, dataset: dataset, output: "\(folder.path)-start", threads: 1).run(resume: false)
        let trained = ParameterStore()
        _ = try EncoderProgram(
            recipe: recipe, parameters: trained, embedding: Embedding(recipe: recipe, kind: .last), threads: 1)
        try Checkpoint("\(folder.path)-start").loadResult(into: trained)
        let begun = try start("\(folder.path)-start")
        #expect(try begun.missing.isEmpty && values(begun.store, stem) == values(trained, stem))
        let fresh = try TrainingStep(recipe: self.recipe(), batch: 3, threads: 1).parameters
        #expect(try values(begun.store, projection) == values(fresh, projection))

        // From a file with one tensor this tensor is loaded, and a warning tells that the others are missing.
        var writer = SafeTensorsWriter()
        writer.add(name: stem, floats: (0..<288).map { Float($0) }, shape: [32, 1, 3, 3])
        let file = "\(folder.path)/one.safetensors"
        try writer.write(to: file)
        let one = try start(file)
        #expect(try one.missing.count > 300 && values(one.store, stem).sorted() == (0..<288).map { Float($0) })
        recipe.encoder.start = file
        let watcher = Warnings()
        _ = try Trainer(
            recipe: recipe, dataset: dataset, output: "\(folder.path)-started", threads: 1, observer: watcher
        ).run(resume: false)
        #expect(watcher.all.contains { $0.contains("one.safetensors lacks") })

        writer = SafeTensorsWriter()
        writer.add(name: stem, floats: [0], shape: [1])
        try writer.write(to: file)
        #expect(throws: CheckpointError.wrongShape(path: file, name: stem, expected: [32, 1, 3, 3], found: [1])) {
            _ = try start(file)
        }
        writer = SafeTensorsWriter()
        writer.add(name: "other", floats: [0], shape: [1])
        try writer.write(to: file)
        #expect(throws: CheckpointError.self) { _ = try start(file) }
    }

    @Test func a_checkpoint_with_a_recipe_out_of_range_is_refused() throws {
        var recipe = Recipe()
        recipe.frontend.melBands = -1
        var writer = SafeTensorsWriter()
        writer.add(name: "features.0.0.weight", floats: [1, 2], shape: [2])
        writer.metadata = [
            "format": "ossicle-checkpoint", "version": "1",
            "recipe": String(decoding: try JSONEncoder().encode(recipe), as: UTF8.self),
        ]
        let path = folder.place("range.safetensors")
        try writer.write(to: path)
        let error = #expect(throws: CheckpointError.self) { _ = try Checkpoint(path) }
        let text = error?.description ?? ""
        #expect(text.contains(path) && text.contains("frontend.mel_bands"), "\(text)")
    }

    /// Such counters overflowed in the first step of the resumed run.
    @Test func counters_that_no_run_can_have_are_refused() throws {
        var writer = SafeTensorsWriter()
        writer.add(name: "features.0.0.weight", floats: [1, 2], shape: [2])
        let path = folder.place("counters.safetensors")
        for (count, isPossible) in [(3, true), (-1, false), (Int.min, false), (Int.max, false)] {
            var measures = RunMeasures()
            measures.rows = count
            for place in 0..<5 {
                var counters = RunCounters()
                switch place {
                case 0: counters.epoch = count
                case 1: counters.batch = count
                case 2: counters.step = count
                case 3: counters.measures = measures
                default: counters.dataChanges = [RunCounters.DataChange(epoch: 0, step: count, sentence: "")]
                }
                writer.metadata = [
                    "format": "ossicle-checkpoint", "version": "1", "classes": "[]",
                    "recipe": String(decoding: try JSONEncoder().encode(recipe()), as: UTF8.self),
                    "counters": String(decoding: try JSONEncoder().encode(counters), as: UTF8.self),
                ]
                try writer.write(to: path)
                guard !isPossible else {
                    #expect(try Checkpoint(path).counters == counters)
                    continue
                }
                #expect(throws: CheckpointError.wrongKind(path: path, found: "counters that no run can have")) {
                    _ = try Checkpoint(path)
                }
            }
        }
    }

    @Test func an_error_of_the_start_weights_names_the_key() throws {
        defer { remove("nowhere") }
        Interruption.reset()
        var recipe = recipe(steps: 1)
        recipe.encoder.start = folder.place("nowhere")
        let error = #expect(throws: TrainingError.self) { _ = try train(recipe, "nowhere") }
        let text = error?.description ?? ""
        #expect(text.hasPrefix("encoder.start (--start): there is no checkpoint \(folder.place("nowhere"))"), "\(text)")
    }

    @Test func weights_of_a_checkpoint_of_another_version_are_not_read_as_plain_weights() throws {
        var writer = SafeTensorsWriter()
        writer.add(name: "features.0.0.weight", floats: [1, 2], shape: [2])
        writer.metadata = ["format": "ossicle-checkpoint", "version": "2"]
        let path = folder.place("other.safetensors")
        try writer.write(to: path)
        #expect(throws: CheckpointError.wrongKind(path: path, found: "version 2")) { _ = try StartWeights(path) }
    }

    @Test func a_loss_that_is_not_a_number_stops_the_run_and_keeps_the_last_checkpoint() throws {
        defer { remove("nan") }
        Interruption.reset()
        var recipe = recipe(steps: 2)
        recipe.optimizer.learningRate = 1e-3
        _ = try train(recipe, "nan")
        let good = try bytes("nan")
        // The saved weights are finite. NaN weights in the checkpoint make the next loss NaN.
        let step = try TrainingStep(recipe: recipe, batch: 3, threads: 1)
        let checkpoint = try Checkpoint("\(folder.path)-nan")
        try checkpoint.load(into: step.parameters, moments: ["adam.m", "adam.v"])
        let weights = step.parameters.buffer(try #require(step.parameters.named("projection.dense.weight")))
        for i in 0..<weights.count { weights[i] = .nan }
        try Checkpoint.write(
            to: "\(folder.path)-nan", store: step.parameters, moments: step.optimizer.moments, recipe: recipe,
            counters: checkpoint.counters, classes: []
        )
        let poisoned = try bytes("nan")
        #expect(poisoned != good)
        recipe.training.steps = 4
        #expect(throws: TrainingError.lossNotFinite(step: 3, path: "\(folder.path)-nan", hasCheckpoint: true)) {
            _ = try train(recipe, "nan", resume: true)
        }
        let after = try bytes("nan")
        #expect(after == poisoned)
    }

    /// An update can make weights infinite after the last loss that was computed.
    @Test func weights_that_are_not_finite_are_not_saved() throws {
        defer { remove("infinite") }
        Interruption.reset()
        var recipe = recipe(steps: 1)
        recipe.optimizer.learningRate = 1e300
        recipe.schedule.warmupEpochs = 0
        #expect(throws: TrainingError.lossNotFinite(step: 1, path: "\(folder.path)-infinite", hasCheckpoint: false)) {
            _ = try train(recipe, "infinite")
        }
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)-infinite/\(Checkpoint.fileName)"))
    }

    @Test func a_checkpoint_of_an_unknown_method_or_encoder_is_refused() throws {
        defer { remove("unknown") }
        Interruption.reset()
        _ = try train(recipe(steps: 1), "unknown")
        let path = "\(folder.path)-unknown/\(Checkpoint.fileName)"
        for (kind, old, new) in [("method", "cola", "bola"), ("encoder", "efficientnet-b0", "efficientnet-b9")] {
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            let (quote, place) = ("\\\"", kind == "method" ? "method" : "name")
            let range = try #require(bytes.range(of: Data("\(place)\(quote):\(quote)\(old)".utf8)))
            bytes.replaceSubrange(range, with: Data("\(place)\(quote):\(quote)\(new)".utf8))
            let changed = "\(folder.path)-unknown/changed.safetensors"
            try bytes.write(to: URL(fileURLWithPath: changed))
            #expect(throws: CheckpointError.unknownPlugIn(path: changed, kind: kind, name: new)) {
                _ = try Checkpoint(changed)
            }
        }
    }

    @Test func a_checkpoint_that_is_cut_off_or_foreign_is_refused_with_its_path() throws {
        defer { remove("cut") }
        Interruption.reset()
        _ = try train(recipe(steps: 1), "cut")
        let path = "\(folder.path)-cut/\(Checkpoint.fileName)"
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for length in [0, 7, 100, whole.count / 2, whole.count - 1] {
            try whole.prefix(length).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: CheckpointError.self) { _ = try Checkpoint(path).encoder(threads: 1) }
            #expect(error?.description.contains(path) == true)
        }
        var foreign = SafeTensorsWriter()
        foreign.add(name: "x", floats: [1, 2], shape: [2])
        try foreign.write(to: path)
        #expect(throws: CheckpointError.wrongKind(path: path, found: "other tensors")) { _ = try Checkpoint(path) }
    }

    @Test func a_checkpoint_holds_its_embedding_and_an_older_one_gets_the_recipes() throws {
        defer { remove("embedding") }
        Interruption.reset()
        let recipe = recipe(steps: 1)
        _ = try train(recipe, "embedding")
        let path = "\(folder.path)-embedding/\(Checkpoint.fileName)"
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        func replaced(_ old: String, _ new: String) throws -> Checkpoint {
            var data = whole
            let range = try #require(data.range(of: Data(old.utf8)))
            data.replaceSubrange(range, with: Data(new.utf8))
            try data.write(to: URL(fileURLWithPath: path))
            return try Checkpoint(path)
        }
        let stages = Embedding(recipe: recipe)
        #expect(try Checkpoint(path).embedding == stages)
        #expect(try Checkpoint(path).embedding(.last) == Embedding(recipe: recipe, kind: .last))
        #expect(try Checkpoint(path).encoder(threads: 1).dimension == stages.size)
        // Older checkpoints do not contain an embedding. Renaming its key simulates such a checkpoint.
        let old = try replaced("\"embedding\":\"{", "\"embeddinx\":\"{")
        #expect(old.embedding == stages)
        let error = #expect(throws: CheckpointError.self) {
            _ = try replaced(#"\"name\":\"features.5\""#, #"\"name\":\"features.9\""#)
        }
        #expect(error?.description.contains("an embedding that its encoder does not have") == true)
    }

    @Test func a_full_disk_leaves_the_previous_checkpoint_untouched() throws {
        defer { remove("full") }
        Interruption.reset()
        _ = try train(recipe(steps: 1), "full")
        let good = try bytes("full")
        let step = try TrainingStep(recipe: recipe(), batch: 3, threads: 1)
        // With a limit on the size of files the write fails, as on a full disk. The signal that the limit sends must be
        // ignored.
        signal(SIGXFSZ, SIG_IGN)
        var old = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
        var small = rlimit(rlim_cur: 1 << 20, rlim_max: old.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &small)
        let error = #expect(throws: CheckpointError.self) {
            try Checkpoint.write(
                to: "\(folder.path)-full", store: step.parameters, moments: step.optimizer.moments, recipe: recipe(),
                counters: RunCounters(),
                classes: [])
        }
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
        #expect(error?.description.contains("previous one") == true)
        let after = try bytes("full")
        #expect(after == good)
        let left = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)-full")
        #expect(!left.contains { $0.hasSuffix(".partial") })
    }
}
