import CAllocationCounter
import Foundation
import Orchestrator
import Testing

@Suite struct PitchShiftTests {
    static func tone(_ count: Int, hertz: Double = 440) -> [Float] {
        (0..<count).map { Float(0.5 * sin(2 * Double.pi * hertz * Double($0) / 16_000)) }
    }

    /// Returns the frequency of a tone near `hertz` in Hz. It is computed from the change over 4,000 samples of the
    /// phase difference between the tone and a tone of exactly `hertz`.
    static func frequency(_ y: [Float], near hertz: Double) -> Double {
        func phase(_ start: Int) -> Double {
            var (re, im) = (0.0, 0.0)
            for n in 0..<2048 {
                let weight = (0.5 - 0.5 * cos(2 * Double.pi * Double(n) / 2048)) * Double(y[start + n])
                let angle = 2 * Double.pi * hertz * Double(start + n) / 16_000
                re += weight * cos(angle)
                im -= weight * sin(angle)
            }
            return atan2(im, re)
        }
        let turned = remainder(phase(7000) - phase(3000), 2 * Double.pi)
        return hertz + turned / (2 * Double.pi) * 4
    }

    @Test(arguments: PitchEngine.allCases, [0.8, 0.9, 1.1, 1.2])
    func a_tone_is_shifted_by_the_ratio_within_three_cents(engine: PitchEngine, ratio: Double) throws {
        let machine = try PitchMachine(engine)
        let y = try PitchShift(ratio: ratio).apply(to: Self.tone(12_000), machine: machine)
        #expect(y.count == 12_000)
        #expect(abs(1200 * log2(Self.frequency(y, near: 440 * ratio) / (440 * ratio))) < 3)
    }

    @Test(arguments: PitchEngine.allCases) func a_stretched_tone_keeps_its_pitch_and_ends_earlier(engine: PitchEngine)
        throws
    {
        let machine = try PitchMachine(engine)
        let y = try TimeStretch(rate: 1.25).apply(to: Self.tone(15_000), machine: machine)
        #expect(y.count == 15_000)
        #expect(abs(1200 * log2(Self.frequency(y, near: 440) / 440)) < 3)
        // The stretched tone ends at sample 12,000. Half a window of 512 samples can contain some of it after the end.
        #expect(y[12_600...].allSatisfy { abs($0) < 1e-3 })
        let slow = try TimeStretch(rate: 0.8).apply(to: Self.tone(15_000), machine: machine)
        #expect(slow[14_000...].contains { abs($0) > 0.4 })
    }

    @Test(arguments: PitchEngine.allCases) func a_long_sound_is_shifted_to_its_end(engine: PitchEngine) throws {
        let y = try PitchShift(ratio: 0.9).apply(to: Self.tone(100_000), machine: PitchMachine(engine))
        for start in stride(from: 0, to: 99_000, by: 1000) {
            let height = y[start..<start + 1000].map { abs($0) }.max() ?? 0
            #expect(height > 0.4 && height < 0.6, "at \(start): \(height)")
        }
    }

    @Test func an_unshifted_sound_is_transparent() throws {
        var stream = RandomStream(seed: 1, purpose: .test)
        let x = (0..<15_360).map { _ in 0.1 * stream.normal() }
        let y = try PitchShift(ratio: 1).apply(to: x, machine: PitchMachine(.vocoder))
        let noise = zip(x, y).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
        let signal = x.reduce(0.0) { $0 + Double($1 * $1) }
        #expect(10 * log10(signal / noise) > 60)
    }

    @Test(arguments: PitchEngine.allCases) func an_impulse_train_keeps_its_spacing(engine: PitchEngine) throws {
        let period = 2000
        let x = (0..<32_000).map { $0 > 0 && $0 % period == 0 ? Float(1) : 0 }
        let machine = try PitchMachine(engine)
        for ratio in [0.8, 1.2] {
            let y = try PitchShift(ratio: ratio).apply(to: x, machine: machine)
            let places = stride(from: period, to: 30_000, by: period).map { centre in
                (centre - period / 2..<centre + period / 2).max { abs(y[$0]) < abs(y[$1]) } ?? 0
            }
            #expect(zip(places, places.dropFirst()).allSatisfy { abs($1 - $0 - period) <= 80 })  // 5 ms
        }
    }

    @Test(arguments: PitchEngine.allCases) func a_view_is_shifted_with_its_context(engine: PitchEngine) throws {
        let machine = try PitchMachine(engine)
        let x = Self.tone(20_000)
        var view = [Float](repeating: 0, count: 8000)
        var scratch = [Float](repeating: .nan, count: machine.scratchCount(samples: 8000))
        var viewSpan = view.mutableSpan
        var scratchSpan = scratch.mutableSpan
        try PitchShift(ratio: 0.9).apply(
            to: x.span, from: 6000, into: &viewSpan, machine: machine, scratch: &scratchSpan)
        // The view is filled with sound from its first to its last sample: each 80 samples contain two periods and
        // reach the tone's amplitude.
        for start in stride(from: 0, to: 8000, by: 80) {
            let height = view[start..<start + 80].map { abs($0) }.max() ?? 0
            #expect(height > 0.4 && height < 0.6, "at \(start): \(height)")
        }
    }

    @Test(arguments: PitchEngine.allCases) func sounds_of_any_length_are_taken(engine: PitchEngine) throws {
        let machine = try PitchMachine(engine)
        for count in [0, 1, 100, 1023] {
            let shifted = try PitchShift(ratio: 1.1).apply(to: Self.tone(count), machine: machine)
            let stretched = try TimeStretch(rate: 1.1).apply(to: Self.tone(count), machine: machine)
            #expect(shifted.count == count && stretched.count == count)
            #expect((shifted + stretched).allSatisfy { $0.isFinite })
        }
    }

    @Test(arguments: PitchEngine.allCases) func any_thread_gives_the_same_bits(engine: PitchEngine) async throws {
        let machine = try PitchMachine(engine)
        let shift = try PitchShift(ratio: 1.07)
        let x = Self.tone(8000)
        let expected = shift.apply(to: x, machine: machine)
        await withTaskGroup(of: [Float].self) { group in
            for _ in 0..<4 { group.addTask { shift.apply(to: x, machine: machine) } }
            for await result in group { #expect(result == expected) }
        }
    }

    @Test(.enabled(if: allocation_counter_works())) func the_vocoder_allocates_nothing_for_a_view() throws {
        let machine = try PitchMachine(.vocoder)
        let x = Self.tone(20_000)
        var view = [Float](repeating: 0, count: 15_360)
        var scratch = [Float](repeating: 0, count: machine.scratchCount(samples: view.count))
        let shifts = try [0.4, 0.8, 1.1, 2.5].map { try PitchShift(ratio: $0) }
        var counts = [Int](repeating: 0, count: shifts.count)
        for (index, shift) in shifts.enumerated() {
            let before = allocation_count()
            var viewSpan = view.mutableSpan
            var scratchSpan = scratch.mutableSpan
            shift.apply(to: x.span, from: 2000, into: &viewSpan, machine: machine, scratch: &scratchSpan)
            counts[index] = allocation_count() - before
        }
        // The first shift is not checked, because the Swift runtime can allocate tables in it.
        #expect(counts.dropFirst().allSatisfy { $0 == 0 })
    }

    @Test func ratios_are_drawn_from_their_range_and_are_replayable() throws {
        var stream = RandomStream(seed: 1, purpose: .pitchShift)
        var again = stream
        let drawn = try (0..<1000).map { _ in try PitchShift.draw(lowest: 0.8, highest: 1.2, from: &stream) }
        #expect(drawn.allSatisfy { (0.7999...1.2001).contains($0.ratio) })
        #expect(drawn.contains { $0.ratio < 0.82 } && drawn.contains { $0.ratio > 1.18 })
        let same = try (0..<1000).map { _ in try PitchShift.draw(lowest: 0.8, highest: 1.2, from: &again) }
        #expect(drawn == same)
    }

    @Test(arguments: [0.39, 2.51, 0, -1, .nan, .infinity]) func a_ratio_out_of_range_is_refused(ratio: Double) throws {
        #expect(throws: AugmentationError.self) { try PitchShift(ratio: ratio) }
        #expect(throws: AugmentationError.self) { try TimeStretch(rate: ratio) }
        var stream = RandomStream(seed: 1, purpose: .pitchShift)
        #expect(throws: AugmentationError.self) {
            try PitchShift.draw(lowest: Float(ratio), highest: 1, from: &stream)
        }
        #expect(throws: AugmentationError.self) {
            try TimeStretch.draw(lowest: 1, highest: Float(ratio), from: &stream)
        }
    }

    @Test func refusals_are_one_sentence_that_says_what_to_do() {
        #expect(throws: AugmentationError.sampleRate(0)) { try PitchMachine(.vocoder, sampleRate: 0) }
        let error = AugmentationError.ratioOutOfRange(name: "pitch ratio", ratio: 3, allowed: 0.4...2.5)
        #expect("\(error)" == "a pitch ratio of 3.0 is out of range; use a value from 0.4 to 2.5")
    }
}
