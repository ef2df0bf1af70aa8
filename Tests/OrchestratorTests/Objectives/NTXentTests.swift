import Foundation
import Orchestrator
import Testing

@testable import OssicleData

@Suite struct NTXentTests {
    /// Returns the loss of the rows of z by the plain formula in double precision. `temperature` is τ.
    private func reference(_ z: [[Double]], temperature: Double) -> Double {
        let count = z.count
        func similarity(_ i: Int, _ j: Int) -> Double { zip(z[i], z[j]).map { $0 * $1 }.reduce(0, +) / temperature }
        return (0..<count).map { i in
            let others = (0..<count).filter { $0 != i }.map { exp(similarity(i, $0)) }.reduce(0, +)
            return log(others) - similarity(i, (i + count / 2) % count)
        }
        .reduce(0, +) / Double(count)
    }

    private func run(_ z: [[Double]], temperature: Float) throws -> LossValue {
        let graph = Graph(parameters: ParameterStore(), training: true)
        let input = graph.pinnedValue([z.count, z[0].count])
        let objective = NTXent(graph, input, temperature: temperature)
        graph.record(objective)
        try graph.parameters.allocate(seed: 0, training: true)
        let program = try Program(graph, threads: 1)
        program.buffer(input).copy(from: z.flatMap { $0.map(Float.init) })
        program.forward()
        return objective.value
    }

    private func units(_ count: Int, _ width: Int) -> [[Double]] {
        var random = RandomStream(seed: 4, purpose: .test, clip: count)
        return (0..<count).map { _ in
            let row = (0..<width).map { _ in Double(random.normal()) }
            let norm = row.map { $0 * $0 }.reduce(0, +).squareRoot()
            return row.map { $0 / norm }
        }
    }

    @Test(arguments: [2, 4, 18, 64], [Float(0.1), 0.5, 1]) func loss_is_the_formula(count: Int, temperature: Float)
        throws
    {
        let z = units(count, 9)
        // The logits are up to 10 and have an ulp of 1e-6. The rounding errors of the sum have the same order of
        // magnitude.
        #expect(
            abs(try run(z, temperature: temperature).loss - reference(z, temperature: Double(temperature))) < 1e-5)
    }

    @Test func pairs_that_are_equal_and_apart_from_all_others_are_right() throws {
        let axes = (0..<4).map { axis in (0..<4).map { $0 == axis ? 1.0 : 0 } }
        let value = try run(axes + axes, temperature: 0.5)
        // For each view, one other view has the similarity 2, and six have the similarity 0.
        #expect(abs(value.loss - (log(exp(2) + 6) - 2)) < 1e-6)
        #expect(value.correct == 8 && value.rows == 8)
    }

    @Test func a_view_is_not_compared_with_itself() throws {
        // The four views of two clips are equal, so that all three other views have the same probability: the loss is
        // log 3.
        let value = try run([[Double]](repeating: [1, 0], count: 4), temperature: 0.5)
        #expect(abs(value.loss - log(3)) < 1e-6)
    }
}

@Suite struct LabelShareTests {
    private func dataset(_ folder: TemporaryFolder) throws -> AudioDataset {
        for (name, count) in [("bark", 20), ("bell", 10), ("rain", 4)] {
            for file in 0..<count { try folder.writeNoise("\(name)/\(file).wav", seconds: 0.1, seed: file) }
        }
        return try AudioDataset.open([folder.path])
    }

    @Test func a_share_of_every_class_keeps_its_labels() throws {
        let dataset = try dataset(try TemporaryFolder())
        for (share, expected) in [(1.0, [20, 10, 4]), (0.5, [10, 5, 2]), (0.25, [5, 3, 1])] {
            let subset = try LabelSubset(dataset, share: share, seed: 3)
            let counts = (0..<3).map { label in subset.labels.count { $0 == label } }
            #expect(counts == expected.map { $0 })
            for (clip, label) in subset.labels.enumerated() where label >= 0 {
                #expect(dataset.clips[clip].label == Int(label))
            }
            #expect(try LabelSubset(dataset, share: share, seed: 3).labels == subset.labels)
        }
        let halves = try [4, 5].map { try LabelSubset(dataset, share: 0.5, seed: $0).labels }
        #expect(halves[0] != halves[1])
    }

    @Test func a_class_that_would_be_left_without_a_label_is_named() throws {
        let dataset = try dataset(try TemporaryFolder())
        #expect(throws: DataError.tooFewLabels(name: "rain", clips: 4, share: 0.1)) {
            try LabelSubset(dataset, share: 0.1, seed: 0)
        }
    }

    @Test func every_batch_keeps_the_share_of_every_stratum() {
        let strata = (0..<200).map { $0 < 20 ? 0 : $0 < 50 ? 1 : -1 }
        let order = EpochOrder(clips: Array(1_000..<1_200), batchSize: 20, seed: 5, strata: strata)
        for epoch in 0..<5 {
            let shuffled = order.shuffled(epoch: epoch)
            #expect(Set(shuffled) == Set(1_000..<1_200))
            for batch in 0..<order.batches {
                let part = shuffled[batch * 20..<(batch + 1) * 20].map { strata[$0 - 1_000] }
                for (stratum, share) in [(0, 2), (1, 3), (-1, 15)] {
                    #expect(abs(part.count { $0 == stratum } - share) <= 1)
                }
            }
        }
        #expect(order.shuffled(epoch: 0) != order.shuffled(epoch: 1))
    }
}
