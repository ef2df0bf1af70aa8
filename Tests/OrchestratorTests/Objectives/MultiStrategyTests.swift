import Foundation
import Orchestrator
import Testing

@testable import OssicleGraph
@testable import OssicleModels

/// Compares the losses of multi-strategy pretraining with plain formulas in double precision and with results that were
/// computed by hand.
@Suite struct MultiStrategyTests {
    /// A program that contains only a loss. Its input has the values that the test gives.
    private struct Alone<O: Objective> {
        let store = ParameterStore()
        let program: Program
        let objective: O
        let input: Value
        let graph: Graph

        init(shape: [Int], values: [Float], _ make: (Graph, Value) -> O) throws {
            graph = Graph(parameters: store, training: true)
            input = graph.pinnedValue(shape)
            graph.pin(graph.gradient(input))
            objective = make(graph, input)
            graph.record(objective)
            try store.allocate(seed: 3, training: true)
            program = try Program(graph, threads: 1)
            program.buffer(input).copy(from: values)
        }

        func loss() -> Double {
            program.forward()
            return objective.value.loss
        }

        var gradient: [Float] {
            program.backward()
            return program.buffer(graph.gradient(input)).array
        }
    }

    private func frames(
        _ values: [Float], batch: Int, frames: Int, margin: Int, pairs: FramePairs = .cross, temperature: Float? = nil,
        weight: Float = 1
    ) throws -> Alone<FrameContrast> {
        let rows = 3 * batch * frames
        let width = values.count / rows
        return try Alone(shape: [rows, width], values: values) { graph, input in
            FrameContrast(
                graph, input, batch: batch, margin: margin, pairs: pairs,
                similarity: temperature.map { .cosine(temperature: $0) }
                    ?? .bilinear(BilinearContrast.similarity(graph, width: width)),
                addsToSimilarity: false, weight: weight)
        }
    }

    /// Anchor, positive and shifted anchor of one clip have the frames +1 and −1. The similarities are
    /// S = ((1, −1), (−1, 1)).
    @Test func two_opposite_frames_by_hand() throws {
        let values: [Float] = [1, -1, 1, -1, 1, -1]
        let apart = try frames(values, batch: 1, frames: 2, margin: 0, temperature: 1)
        #expect(abs(apart.loss() - log(1 + exp(-2.0))) < 1e-6)
        #expect(apart.objective.value.correct == 2)
        // With m = 1 both frames are positives, and the loss is logsumexp(1, −1) − (1 − 1)/2.
        let together = try frames(values, batch: 1, frames: 2, margin: 1, temperature: 1)
        #expect(abs(together.loss() - log(exp(1.0) + exp(-1.0))) < 1e-6)
        // The derivative of log(1 + e^(−2z)) at every product is (softmax − 1)·(±1 …). Its sum is −2(1 − σ(2)) / 2 for
        // each frame.
        let slope = -(1 - 1 / (1 + exp(-2.0)))
        let gradient = apart.gradient
        #expect(abs(Double(gradient[0]) - slope) < 1e-6 && abs(Double(gradient[1]) + slope) < 1e-6)
        #expect(gradient[2] == 0 && gradient[3] == 0, "the positive takes no part")
        #expect(abs(Double(gradient[4]) - slope) < 1e-6)
    }

    /// Three consecutive frames with m = 1. The middle frame has three positives, and the outer frames have two.
    @Test func a_margin_ends_at_the_ends_of_the_clip() throws {
        // The frames 0, 1, 2 in one dimension have the similarities t·k: S = ((0, 0, 0), (0, 1, 2), (0, 2, 4)).
        let sequence: [Float] = [0, 1, 2]
        let loss = try frames(sequence + sequence + sequence, batch: 1, frames: 3, margin: 1, temperature: 1).loss()
        let rows = [
            log(3) - 0, log(1 + exp(1.0) + exp(2.0)) - (0 + 1 + 2) / 3, log(1 + exp(2.0) + exp(4.0)) - (2 + 4) / 2,
        ]
        #expect(abs(loss - rows.reduce(0, +) / 3) < 1e-6)
    }

    @Test(arguments: FramePairs.allCases, [0, 1, 2])
    func frames_against_the_formula(pairs: FramePairs, margin: Int) throws {
        let (batch, count, width) = (3, 5, 7)
        var random = RandomStream(seed: 5, purpose: .test)
        let values = (0..<3 * batch * count * width).map { _ in random.normal() }
        for temperature in [nil, Float(0.2)] {
            let alone = try frames(
                values, batch: batch, frames: count, margin: margin, pairs: pairs, temperature: temperature)
            let weights = temperature == nil ? alone.store.all.first.map { alone.store.buffer($0).array } : nil
            func z(_ view: Int, _ clip: Int, _ frame: Int) -> [Double] {
                let start = ((view * batch + clip) * count + frame) * width
                return values[start..<start + width].map(Double.init)
            }
            func score(_ a: [Double], _ b: [Double]) -> Double {
                guard let weights else { return zip(a, b).map(*).reduce(0, +) / Double(temperature ?? 1) }
                var sum = 0.0
                for i in 0..<width {
                    for j in 0..<width { sum += a[i] * Double(weights[i * width + j]) * b[j] }
                }
                return sum
            }
            func pair(_ first: Int, _ second: Int) -> Double {
                var sum = 0.0
                for clip in 0..<batch {
                    for t in 0..<count {
                        let row = (0..<count).map { score(z(first, clip, t), z(second, clip, $0)) }
                        let own = row.indices.filter { abs($0 - t) <= margin }
                        sum += log(row.map(exp).reduce(0, +)) - own.map { row[$0] }.reduce(0, +) / Double(own.count)
                    }
                }
                return sum / Double(batch * count)
            }
            let own = (pair(0, 0) + pair(1, 1) + pair(2, 2)) / 3
            let expected =
                switch pairs {
                case .cross: pair(0, 2)
                case .`self`: own
                case .both: (pair(0, 2) + own) / 2
                }
            #expect(abs(alone.loss() - expected) < 1e-5 * max(1, abs(expected)))
        }
    }

    @Test func pitch_against_the_formula() throws {
        let (batch, count) = (2, 3)
        let p: [Float] = [1, 2, 3, 4, 5, 6] + [9, 9, 9, 9, 9, 9] + [0.5, 2.5, 3, 4, 4, 4]
        let alone = try Alone(shape: [18, 1], values: p) { graph, input in
            PitchRegression(graph, input, batch: batch, weight: 3, target: .linear)
        }
        let ratios: [Float] = [1.1, 0.8]
        let sigma = ratios.map { $0 - 1 }
        alone.program.buffer(alone.objective.ratios).copy(from: ratios)
        let errors = (0..<batch * count).map { Double(p[$0] - p[2 * batch * count + $0] - sigma[$0 / count]) }
        #expect(abs(alone.loss() - errors.map { $0 * $0 }.reduce(0, +) / 6) < 1e-6)
        let gradient = alone.gradient
        for (row, error) in errors.enumerated() {
            #expect(abs(Double(gradient[row]) - 3 * 2 * error / 6) < 1e-5)
            #expect(gradient[6 + row] == 0 && gradient[12 + row] == -gradient[row])
        }
    }

    @Test func the_size_of_a_shift() {
        #expect(PitchTarget.linear.size(ofRatio: 1.25) == 0.25)
        #expect(PitchTarget.octaves.size(ofRatio: 2) == 1)
    }

    /// Trains only the pitch head, on spectra of tones. Then it must predict the pitch shift of new tones.
    @Test func the_pitch_head_alone_learns_to_read_shifts() throws {
        var recipe = Recipe()
        recipe.method = .multiStrategy
        recipe[MultiStrategy.Options.self].clipWeight = 0
        recipe[MultiStrategy.Options.self].frameWeight = 0
        let (batch, bands) = (32, 64)
        let store = ParameterStore()
        let graph = Graph(parameters: store, training: true)
        let input = graph.pinnedValue([3 * batch, bands])
        let recorded = MultiStrategy(recipe: recipe).record(
            graph, Feature(raw: input, images: 3 * batch, height: 1, width: 1, channels: bands), batch: batch)
        let pitch = try #require(recorded.objectives.first as? PitchRegression)
        try store.allocate(seed: 1, training: true)
        let program = try Program(graph, threads: 1)
        let logMel = try LogMel(recipe.frontend.logMel)
        var random = RandomStream(seed: 2, purpose: .test)
        func tone(_ hertz: Float) -> [Float] {
            logMel.extract((0..<400).map { 0.0035 * sin(2 * .pi * hertz * Float($0) / 16_000) })
        }
        func forward() -> [Float] {
            let ratios = (0..<batch).map { _ in random.uniform(0.8, 1.2) }
            let tones = (0..<batch).map { _ in 300 * pow(2, random.uniform(0, 2)) }
            let anchors = tones.flatMap { tone($0) }
            program.buffer(input).copy(from: anchors + anchors + zip(tones, ratios).flatMap { tone($0 * $1) })
            program.buffer(pitch.ratios).copy(from: ratios)
            program.forward()
            return ratios
        }
        for step in 0..<400 {
            _ = forward()
            program.backward()
            let flat = store.flat
            AdamKernel.step(
                program.execution, learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0,
                step: step + 1, gradients: flat.gradients, firstMoments: flat.firstMoments,
                secondMoments: flat.secondMoments, weights: flat.weights)
        }
        var pairs: [(read: Double, shift: Double)] = []
        for _ in 0..<8 {
            let ratios = forward()
            pairs += zip(pitch.shiftsRead(program), ratios).map { (Double($0), Double($1) - 1) }
        }
        #expect(correlation(pairs) > 0.95)
    }

    private func correlation(_ pairs: [(read: Double, shift: Double)]) -> Double {
        let count = Double(pairs.count)
        let (x, y) = (pairs.map(\.read).reduce(0, +) / count, pairs.map(\.shift).reduce(0, +) / count)
        let xy = pairs.map { ($0.read - x) * ($0.shift - y) }.reduce(0, +)
        let xx = pairs.map { ($0.read - x) * ($0.read - x) }.reduce(0, +)
        let yy = pairs.map { ($0.shift - y) * ($0.shift - y) }.reduce(0, +)
        return xy / (xx * yy).squareRoot()
    }
}
