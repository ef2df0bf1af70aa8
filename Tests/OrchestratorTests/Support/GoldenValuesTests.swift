import Foundation
import Testing

@Suite struct GoldenValuesTests {
    @Test func hashed_values_are_the_recorded_bits() throws {
        let golden = try GoldenValues.load()
        for probe in golden.hash {
            let values = hashedValues(
                parameter: probe.parameter, count: probe.values.count, scale: probe.scale, offset: probe.offset)
            #expect(values.map(\.bitPattern) == probe.values.map(\.bitPattern))
        }
    }

    @Test func the_recorded_network_is_efficientnet_b0_with_colas_head() throws {
        let golden = try GoldenValues.load()
        let head = 1280 * 512 + 512 + 2 * 512 + 512 * 512
        #expect(golden.parameters.map(\.count).reduce(0, +) == 4_006_972 + head)
        for batch in golden.batches {
            #expect(batch.gradients.map(\.name) == golden.parameters.map(\.name))
            #expect(batch.layers.map(\.name).suffix(3) == ["h", "projection", "logits"])
            #expect(batch.losses.count == 11)
        }
    }

    @Test func views_of_one_clip_share_their_pattern() throws {
        let batch = try #require(GoldenValues.load().batches.first)
        let (views, size) = (batch.views, 96 * 64)
        #expect(views.count == 2 * batch.clips * size)
        // Two views of a clip differ only by noise, by less than 2. Two clips have different patterns, which differ by
        // up to 4 in addition.
        let positive = batch.clips * size
        #expect((0..<size).allSatisfy { abs(views[$0] - views[positive + $0]) < 2 })
        #expect(!(0..<size).allSatisfy { abs(views[$0] - views[positive + size + $0]) < 2 })
    }

    @Test func channels_last_indices_point_at_the_same_element() {
        let summary = GoldenValues.Summary(
            name: "map", shape: [2, 3, 4, 5], sum: 0, norm: 1, samples: Array(repeating: 0, count: 8), error32: 0,
            maxError32: 0)
        let firstLayout = sampleIndices(count: 120, samples: 8)
        for (index, moved) in zip(firstLayout, summary.channelsLastIndices) {
            let (n, c, h, w) = (index / 60, index / 20 % 3, index / 5 % 4, index % 5)
            #expect(moved == ((n * 4 + h) * 5 + w) * 3 + c)
        }
    }

    @Test func the_labels_loss_follows_from_its_logits() throws {
        let labels = try GoldenHeads.load().labels
        let logits = try #require(labels.logits.first)
        let (rows, classes) = (logits.shape[0], logits.shape[1])
        let loss = (0..<rows).reduce(0.0) { sum, row in
            let s = logits.values[row * classes..<(row + 1) * classes]
            return sum + log(s.reduce(0) { $0 + exp($1) }) - s[row * classes + 3 * row % classes]
        }
        // The fixture contains the logits with 8 digits.
        #expect(abs(loss / Double(rows) - labels.loss[0]) < 1e-7)
    }
}
