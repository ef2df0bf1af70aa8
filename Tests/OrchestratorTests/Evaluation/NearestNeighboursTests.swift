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
