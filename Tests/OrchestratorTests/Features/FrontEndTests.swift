import Foundation
import Orchestrator
import Testing

@Suite struct FrontEndTests {
    static func configuration(_ name: FrontEndConfiguration.Name) -> FrontEndConfiguration {
        var configuration = FrontEndConfiguration()
        configuration.name = name
        return configuration
    }

    @Test(arguments: FrontEndConfiguration.Name.allCases)
    func a_view_is_what_the_configuration_says(name: FrontEndConfiguration.Name) throws {
        let configuration = Self.configuration(name)
        let frontEnd = try configuration.makeFrontEnd()
        for frames in [20, 96] {
            let samples = configuration.samples(frames: frames)
            #expect(frontEnd.samples(frames: frames) == samples && frontEnd.frames(samples: samples) == frames)
            #expect(frontEnd.frames(samples: samples - 1) == frames - 1)
            let values = frontEnd.extract([Float](repeating: 0, count: samples))
            #expect(values.count == frames * configuration.bands * configuration.channels)
            let silence = configuration.silence
            #expect(silence.count == configuration.channels)
            for i in values.indices { #expect(abs(values[i] - silence[i % silence.count]) < 1e-4) }
        }
    }

    @Test(arguments: FrontEndConfiguration.Name.allCases)
    func it_is_saved_as_one_group_of_keys(name: FrontEndConfiguration.Name) throws {
        var configuration = Self.configuration(name)
        configuration.hopSamples = 100
        var recipe = Recipe()
        recipe.frontend = configuration
        let data = try JSONEncoder().encode(recipe)
        let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let group = try #require(object["frontend"] as? [String: Any])
        #expect(group["name"] as? String == name.rawValue && group["hop_samples"] as? Int == 100)
        #expect(try JSONDecoder().decode(Recipe.self, from: data) == recipe)
    }

    @Test func clar_spectra_take_the_keys_that_they_share_with_log_mel() throws {
        let recipe = try RecipeFile.parse(
            yaml: "frontend: {name: clar-paper, hop_samples: 64, mel_bands: 32, low_hertz: 80, high_hertz: 4000}")
        let spectra = try #require(recipe.frontend.spectra)
        #expect(spectra.variant == .paper && spectra.hopSamples == 64 && spectra.bands == 32)
        #expect(spectra.lowHertz == 80 && spectra.highHertz == 4000)
    }

    @Test func centred_frames_make_segments_of_whole_views() {
        var configuration = Self.configuration(.clar)
        configuration.hopSamples = 128
        let segments = ClipSegments(frontend: configuration, viewFrames: 126)
        #expect(segments.viewSamples == 16_000 && segments.stride == 16_000)
        #expect(segments.segments(samples: 80_000) == [0, 16_000, 32_000, 48_000, 64_000])
        #expect(segments.segments(samples: 23_000) == [0])
        #expect(segments.segments(samples: 25_000) == [0, 16_000])
        let samples = ClipSegments(frontend: Self.configuration(.waveform), viewFrames: 16_000)
        #expect(samples.segments(samples: 40_001) == [0, 16_000, 32_000])
    }

    @Test(arguments: [FrontEndConfiguration.Name.clar, .waveform])
    func a_view_is_the_front_ends_of_the_augmented_waveform(name: FrontEndConfiguration.Name) throws {
        let folder = try TemporaryFolder()
        try folder.writeNoise("a.wav")
        var recipe = Recipe()
        recipe.frontend.name = name
        recipe.frontend.hopSamples = 128
        recipe.data.viewFrames = name == .waveform ? 4000 : 30
        recipe.augmentation.chain = try AugmentationChain("fade 1")
        let store = ClipStore(dataset: try AudioDataset.open([folder.path]), recipe: recipe)
        let cutter = try ViewCutter(store: store, recipe: recipe, backgrounds: [0])
        let waveform = try #require(cutter.waveform(clip: 0, epoch: 1, view: 1))
        #expect(waveform.count == cutter.viewSamples)
        #expect(try cutter.cut(clip: 0, epoch: 1, view: 1) == recipe.frontend.makeFrontEnd().extract(waveform))

        guard name == .clar else { return }
        recipe.augmentation.bandLimitProbability = 1
        (recipe.augmentation.bandLimitLowest, recipe.augmentation.timeMasks) = (0.1, 1)
        let limited = try #require(
            try ViewCutter(store: store, recipe: recipe, backgrounds: [0]).cut(clip: 0, epoch: 1, view: 1))
        #expect(Array(limited.suffix(3)) == recipe.frontend.silence)
    }
}
