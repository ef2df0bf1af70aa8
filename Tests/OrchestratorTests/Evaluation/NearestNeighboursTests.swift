import Foundation
import Orchestrator
import Testing

@Suite struct NearestNeighboursTests {
    /// Six training clips near three directions, some with two rows, followed by two clips to classify.
    private var vectors: ClipVectors {
        var vectors = ClipVectors(dimension: 2)
        for values: [Float] in [
            [1, 0.1], [2, -0.1, 2, -0.1], [0.1, 1], [-0.1, 2], [-1, -1], [-2, -2.1, -2, -1.9], [3, 0.2], [0, 0.5],
        ] { vectors.append(values) }
        return vectors
    }

    @Test func the_nearest_clips_vote() {
        let probe = NearestNeighbours(
            vectors: vectors, labels: [0, 0, 1, 1, 2, 2, 0, 0], clips: Array(0..<6), classes: 3, k: 2)
        #expect(probe.predictions(vectors, clips: [6, 7, 5]) == [0, 1, 2])
    }

    @Test func near_ones_count_for_more_than_many() {
        // One clip of label 0 has the same direction. Two clips of label 1 are at a right angle.
        var vectors = ClipVectors(dimension: 2)
        for values: [Float] in [[1, 0], [0, 1], [0, -1], [-1, 0], [1, 0]] { vectors.append(values) }
        let probe = NearestNeighbours(
            vectors: vectors, labels: [0, 1, 1, 1, 0], clips: Array(0..<4), classes: 2, k: 3)
        #expect(probe.predictions(vectors, clips: [4]) == [0])
    }

    @Test func more_neighbours_than_clips_are_all_of_them() {
        let probe = NearestNeighbours(
            vectors: vectors, labels: [0, 0, 1, 1, 2, 2, 0, 0], clips: Array(0..<6), classes: 3, k: 100)
        #expect(probe.k == 6 && probe.predictions(vectors, clips: [6]) == [0])
    }

    /// More test clips than one block has. Every training clip occurs twice, so that many similarities are equal.
    @Test(arguments: [1, 7, 40]) func blocks_give_the_predictions_of_a_complete_sort(k: Int) {
        var random = RandomStream(seed: 4, purpose: .test)
        var vectors = ClipVectors(dimension: 3)
        let (training, tested) = (Array(0..<40), Array(40..<640))
        let points = (0..<20).map { _ in (0..<3).map { _ in random.normal() } }
        for clip in training { vectors.append(points[clip / 2]) }
        for _ in tested { vectors.append((0..<3).map { _ in random.normal() }) }
        let labels = (0..<640).map { $0 * 7 % 5 }
        let probe = NearestNeighbours(vectors: vectors, labels: labels, clips: training, classes: 5, k: k)
        let together = probe.predictions(vectors, clips: tested)
        #expect(together.count == 600)

        // The same directions, computed here.
        func column(_ clip: Int, _ d: Int) -> Double { Double(vectors.values[clip * 3 + d]) }
        let means = (0..<3).map { d in training.reduce(0) { $0 + column($1, d) } / 40 }
        let deviations = (0..<3).map { d in
            (training.reduce(0) { $0 + pow(column($1, d) - means[d], 2) } / 40).squareRoot()
        }
        func direction(_ clip: Int) -> [Double] {
            let values = (0..<3).map { (column(clip, $0) - means[$0]) / deviations[$0] }
            let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return values.map { $0 / length }
        }
        let directions = training.map(direction)
        for (slot, clip) in tested.enumerated() {
            let own = direction(clip)
            let similarities = directions.map { zip($0, own).reduce(0) { $0 + $1.0 * $1.1 } }
            let sorted = training.sorted {
                similarities[$0] == similarities[$1] ? $0 < $1 : similarities[$0] > similarities[$1]
            }
            var scores = [Double](repeating: 0, count: 5)
            for neighbour in sorted.prefix(k) { scores[labels[neighbour]] += exp(similarities[neighbour] / 0.07) }
            let best = scores.max() ?? 0
            // Single precision changes a similarity by about 1e-7, and a score by 1e-5 of its size.
            #expect(scores[together[slot]] > best * (1 - 1e-4), "clip \(clip)")
        }
    }

    @Test func a_probe_by_neighbours_reports_as_the_linear_one_does() throws {
        var options = ProbeClipsTests.options
        options.method = .neighbours(5)
        let report = try probeClips(
            ProbeClipsTests.clips, classes: ProbeClipsTests.classes, layout: "folders", division: .folds,
            encoders: [("run", MeanSpectrumEncoder())], options: options
        ) { _, _ in { ClipStream(whole: ProbeClipsTests.tone($0)) } }
        #expect(report.value > 0.9 && report.metric == "accuracy")
    }
}
