import Foundation
import Orchestrator
import Testing

@testable import OssicleAudio
@testable import OssicleData

@Suite struct AugmentationTests {
    func stream(_ clip: Int = 0) -> RandomStream { RandomStream(seed: 1, purpose: .test, clip: clip) }

    @Test func crops_cover_every_place_and_stay_inside() {
        var stream = stream()
        var starts: Set<Int> = []
        for _ in 0..<2000 {
            let crop = Crop.draw(view: 90, clip: 100, from: &stream)
            #expect(crop.count == 90 && crop.before == 0 && crop.after == 0)
            starts.insert(crop.from)
        }
        // There are 11 starts. The probability that 2,000 draws miss one of them is at most 11·(10/11)²⁰⁰⁰ < 10⁻⁸¹.
        #expect(starts == Set(0...10))
    }

    @Test(arguments: [0, 1, 9, 10]) func short_clips_are_padded_on_both_sides(clip: Int) {
        var stream = stream()
        let crop = Crop.draw(view: 10, clip: clip, from: &stream)
        #expect(crop.from == 0 && crop.count == clip)
        #expect(crop.before + crop.count + crop.after == 10)
        #expect((0...1).contains(crop.after - crop.before))
        #expect(crop.padded([Float](repeating: 1, count: clip)).reduce(0, +) == Float(clip))
    }

    @Test func a_crop_near_another_starts_within_reach_and_inside() {
        var stream = stream()
        for (anchor, expected) in [(5, 2...8), (1, 0...4), (10, 7...10)] {
            let other = Crop(from: anchor, count: 90, before: 0, after: 0)
            let starts = (0..<500).map { _ in
                Crop.draw(view: 90, clip: 100, near: other, reach: 3, from: &stream).from
            }
            #expect(Set(starts) == Set(expected))
        }
        let short = Crop(from: 0, count: 4, before: 3, after: 3)
        #expect(Crop.draw(view: 10, clip: 4, near: short, reach: 3, from: &stream) == short)
    }

    @Test func a_background_is_added_at_its_ratio() {
        var samples: [Float] = [1, 1, 1, 1]
        let background: [Float] = [1, -1]
        var span = samples.mutableSpan
        BackgroundMix(ratioDB: 20).apply(background.span, at: 1, to: &span)
        #expect(samples == [1, 1.1, 0.9, 1])
    }

    @Test func a_trim_keeps_one_part_and_silences_the_rest() {
        var stream = stream()
        let trims = (0..<2000).map { _ in Trim.draw(shortest: 0.4, count: 100, from: &stream).kept }
        #expect(trims.allSatisfy { $0.count >= 40 && $0.lowerBound >= 0 && $0.upperBound <= 100 })
        #expect(Set(trims.map(\.count)) == Set(40...100))
        #expect(trims.contains { $0.lowerBound == 0 } && trims.contains { $0.upperBound == 100 })
        var samples: [Float] = [1, 2, 3, 4]
        var span = samples.mutableSpan
        Trim(kept: 1..<3).apply(to: &span)
        #expect(samples == [0, 2, 3, 0])
    }

    @Test func a_band_limit_takes_the_highest_bands() {
        var stream = stream()
        let limits = (0..<2000).map { _ in BandLimit.draw(lowest: 0.5, bands: 8, from: &stream).bands }
        #expect(Set(limits) == Set(4...8))
        var values: [Float] = [1, 2, 3, 4, 5, 6]
        var span = values.mutableSpan
        BandLimit(bands: 2).apply(to: &span, bands: 3, silence: [-9])
        #expect(values == [1, 2, -9, 4, 5, -9])
        var pairs: [Float] = [1, 2, 3, 4, 5, 6]
        var pairsSpan = pairs.mutableSpan
        BandLimit(bands: 1).apply(to: &pairsSpan, bands: 3, silence: [-7, -8])
        #expect(pairs == [1, 2, -7, -8, -7, -8])
    }

    @Test func level_jitter_is_a_gain_within_its_decibels() {
        var stream = stream()
        let jitters = (0..<1000).map { _ in LevelJitter.draw(maximumDB: 6, from: &stream) }
        #expect(jitters.allSatisfy { (-6...6).contains($0.gainDB) })
        #expect(jitters.contains { $0.gainDB < -5 } && jitters.contains { $0.gainDB > 5 })
        var samples: [Float] = [1, -2, 0]
        var span = samples.mutableSpan
        LevelJitter(gainDB: 20).apply(to: &span)
        #expect(samples == [10, -20, 0])
    }

    @Test func noise_is_standard_normal_times_its_deviation() {
        let count = 1 << 18
        var samples = [Float](repeating: 1, count: count)
        var span = samples.mutableSpan
        WhiteNoise(deviation: 0.5, stream: stream()).apply(to: &span)
        let noise = samples.map { Double($0 - 1) / 0.5 }
        func moment(_ power: Double) -> Double { noise.reduce(0) { $0 + pow($1, power) } / Double(count) }
        // The first four moments of n draws have variances 1/n, 2/n, 15/n and 96/n. The tolerance is five standard
        // deviations.
        let scale = 5 / Double(count).squareRoot()
        #expect(abs(moment(1)) < scale)
        #expect(abs(moment(2) - 1) < 2.0.squareRoot() * scale)
        #expect(abs(moment(3)) < 15.0.squareRoot() * scale)
        #expect(abs(moment(4) - 3) < 96.0.squareRoot() * scale)
        // The tail after the last layer of the ziggurat has p = P(|x| > 3.4426) = 5.76e-4. The measured share has the
        // variance p/n.
        let tail = Double(noise.count { abs($0) > 3.442619855899 }) / Double(count)
        #expect(abs(tail - 5.76e-4) < 5.76e-4.squareRoot() * scale)
        // The share of draws in each of 40 intervals must agree with the error function.
        for band in -20..<20 {
            let (low, high) = (Double(band) / 5, Double(band + 1) / 5)
            let expected = (erf(high / 2.0.squareRoot()) - erf(low / 2.0.squareRoot())) / 2
            let share = Double(noise.count { $0 >= low && $0 < high }) / Double(count)
            #expect(abs(share - expected) < expected.squareRoot() * scale + 1e-7)
        }
    }

    @Test func the_same_stream_makes_the_same_noise() {
        var a = [Float](repeating: 0, count: 100)
        var b = a
        let noise = WhiteNoise(deviation: 1, stream: stream())
        var span = a.mutableSpan
        noise.apply(to: &span)
        span = b.mutableSpan
        noise.apply(to: &span)
        #expect(a == b && Set(a).count > 90)
    }

    @Test(arguments: [SpectrogramMask.Axis.time, .frequency])
    func masks_hide_whole_rows_or_columns_and_nothing_else(axis: SpectrogramMask.Axis) {
        let (frames, bands) = (12, 5)
        for hidden: [Float] in [[-1], [-1, -2, -3]] {
            var values = (0..<frames * bands * hidden.count).map { Float($0) }
            var span = values.mutableSpan
            SpectrogramMask(axis: axis, ranges: [1..<3, 4..<4]).apply(to: &span, bands: bands, values: hidden)
            for i in values.indices {
                let (pixel, channel) = i.quotientAndRemainder(dividingBy: hidden.count)
                let isHidden = (1..<3).contains(axis == .time ? pixel / bands : pixel % bands)
                #expect(values[i] == (isHidden ? hidden[channel] : Float(i)))
            }
        }
    }

    @Test func what_is_hidden_gets_its_channels_mean() {
        let values: [Float] = [1, 10, 3, 30, 2, 50]
        #expect(SpectrogramMask.means(values.span, channels: 2) == [2, 30])
    }

    @Test func masks_are_no_longer_than_asked_and_stay_inside() {
        var stream = stream()
        var widths: Set<Int> = []
        for _ in 0..<500 {
            let mask = SpectrogramMask.draw(.time, count: 2, longest: 4, length: 10, from: &stream)
            #expect(mask.ranges.count == 2)
            for range in mask.ranges {
                #expect(range.lowerBound >= 0 && range.upperBound <= 10)
                widths.insert(range.count)
            }
        }
        #expect(widths == Set(0...4))
    }
}
