import Orchestrator
import Testing

@Suite struct ClipSegmentsTests {
    let segments = ClipSegments(frontend: FrontEndConfiguration(), viewFrames: 96, shortestTail: 0)

    @Test func a_view_of_96_frames_is_15600_samples() {
        #expect(segments.viewSamples == 15_600)
        #expect(segments.stride == 15_360)
    }

    @Test func segments_tile_the_clips_frames() {
        #expect(segments.segments(samples: 15_600) == [0])
        // 96 frames and 159 samples: one sample is missing for another frame.
        #expect(segments.segments(samples: 15_759) == [0])
        #expect(segments.segments(samples: 15_760) == [0, 15_360])
        // The frames of two views: 192 · 160 + 240 samples.
        #expect(segments.segments(samples: 30_960) == [0, 15_360])
        #expect(segments.segments(samples: 80_000).count == 6)
    }

    @Test func short_tails_can_be_left_out() {
        let halves = ClipSegments(frontend: FrontEndConfiguration(), viewFrames: 96, shortestTail: 0.5)
        // One second has 98 frames, so that the tail after the first view has two frames.
        #expect(halves.segments(samples: 16_000) == [0])
        #expect(halves.segments(samples: 15_360 + 400 + 47 * 160) == [0, 15_360])
        #expect(halves.segments(samples: 15_360 + 400 + 46 * 160) == [0])
        #expect(halves.segments(samples: 800) == [-7_400])
    }

    @Test func short_clips_are_centred_in_training_and_testing() {
        var stream = RandomStream(seed: 0, purpose: .probe)
        #expect(segments.segments(samples: 15_597) == [-1])
        #expect(segments.crops(samples: 15_597, count: 10, from: &stream) == [-1])
        var view = [Float](repeating: 9, count: 15_600)
        segments.copy([Float](repeating: 1, count: 15_597), at: -1, into: &view)
        #expect(view.first == 0)
        #expect(Array(view.suffix(3)) == [1, 0, 0])
        #expect(view.reduce(0, +) == 15_597)
    }

    @Test func crops_lie_within_the_clip_and_reach_both_ends() {
        var stream = RandomStream(seed: 0, purpose: .probe)
        let crops = segments.crops(samples: 15_603, count: 100, from: &stream)
        #expect(crops.count == 100)
        #expect(Set(crops) == [0, 1, 2, 3])
    }

    @Test func a_tail_is_filled_with_zeros() {
        var view = [Float](repeating: 9, count: 15_600)
        segments.copy([Float](repeating: 1, count: 16_000), at: 15_360, into: &view)
        #expect(view.prefix(640).allSatisfy { $0 == 1 })
        #expect(view.dropFirst(640).allSatisfy { $0 == 0 })
    }
}
