import Testing

@testable import OssicleBase
@testable import OssicleGraph
@testable import OssicleKernels
@testable import OssicleModels

/// The loss L = Σ (a − b)² / n of two tensors a and b with n values.
private final class SquaredDistance: Objective {
    let name = "objective"
    let term = "distance"
    private(set) var value = LossValue(loss: 0, correct: 0, rows: 1)
    private let a: Value
    private let b: Value
    private let gradients: (a: Value, b: Value)

    init(_ graph: Graph, _ a: Value, _ b: Value) {
        (self.a, self.b) = (a, b)
        gradients = (graph.gradient(a), graph.gradient(b))
    }

    var forwardAccess: [Value] { [a, b] }
    var backwardAccess: [Value] { [a, b, gradients.a, gradients.b] }

    func forward(_ run: borrowing Run) {
        let (a, b) = (run(a), run(b))
        let loss = (0..<a.count).reduce(0.0) { $0 + Double(a[$1] - b[$1]) * Double(a[$1] - b[$1]) }
        value = LossValue(loss: loss / Double(a.count), correct: 0, rows: a.count)
    }

    func backward(_ run: borrowing Run) {
        let (a, b) = (run(a), run(b))
        for i in 0..<a.count {
            let slope = 2 * (a[i] - b[i]) / Float(a.count)
            run(gradients.a)[i] = slope
            run(gradients.b)[i] = -slope
        }
    }
}

@Suite struct StopGradientTests {
    private let shape = [4, 6]

    private func layers(_ name: String, _ graph: Graph, _ input: Value) -> Value {
        let hidden = Dense(name: name, outputs: 5, initializer: .glorotUniform)(graph, input)
        let norm = RowBatchNormalization(graph, name + ".norm", hidden)
        graph.record(norm)
        return norm.output
    }

    private func numbers(_ seed: UInt64) -> [Float] {
        var random = RandomStream(seed: seed, purpose: .test)
        return (0..<shape.reduce(1, *)).map { _ in random.normal() }
    }

    @Test func no_gradient_reaches_what_made_a_constant() throws {
        let store = ParameterStore()
        let graph = Graph(parameters: store, training: true)
        let input = graph.pinnedValue(shape)
        let trained = layers("trained", graph, input)
        let target = graph.constant(layers("target", graph, input))
        let loss = graph.recorded(SquaredDistance(graph, trained, target))
        try store.allocate(seed: 1, training: true)
        let program = try Program(graph, threads: 1)
        program.buffer(input).copy(from: numbers(2))
        program.forward()
        let value = loss.value.loss
        #expect(value > 0)
        for parameter in store.all where store.entry(parameter).isTrained { store.gradient(parameter).fill(7) }
        program.backward()
        let largest = { (name: String) throws -> Float in
            let parameter = try #require(store.named(name))
            return store.gradient(parameter).array.map(abs).max() ?? 0
        }
        #expect(try largest("trained.weight") > 1e-3)
        #expect(try largest("target.weight") == 0 && largest("target.norm.weight") == 0)
    }

    @Test func layers_recorded_twice_read_parameters_and_their_averages() throws {
        let store = ParameterStore()
        let graph = Graph(parameters: store, training: true)
        let input = graph.pinnedValue(shape)
        let online = layers("layer", graph, input)
        let teacher = graph.withAverages { layers("layer", graph, input) }
        graph.pin(online)
        graph.pin(teacher)
        let loss = graph.recorded(SquaredDistance(graph, online, teacher))
        #expect(graph.usesAverages && store.all.count == 6)
        try store.allocate(seed: 1, training: true, averages: graph.usesAverages)
        let program = try Program(graph, threads: 1)
        program.buffer(input).copy(from: numbers(2))
        program.forward()
        // At the start the averages equal the parameters.
        #expect(program.buffer(online).array == program.buffer(teacher).array && loss.value.loss == 0)

        let weight = try #require(store.named("layer.weight"))
        let (values, averages) = (store.buffer(weight), store.average(weight))
        for i in 0..<averages.count { averages[i] = 0.5 * values[i] }
        let mean = try #require(store.named("layer.norm.running_mean"))
        let before = store.average(mean).array
        program.forward()
        #expect(program.buffer(online).array != program.buffer(teacher).array)
        // The teacher's batch norm does not change the averages of the running statistics.
        #expect(store.average(mean).array == before && store.buffer(mean).array != before)

        // The gradient is that of the online layers. The output of the teacher counts as a constant.
        program.backward()
        let gradient = store.gradient(weight).array
        let target = program.buffer(teacher).array
        for i in stride(from: 0, to: values.count, by: 7) {
            let old = values[i]
            func shifted(_ by: Float) -> Double {
                values[i] = old + by
                program.forward()
                #expect(program.buffer(teacher).array == target)
                return loss.value.loss
            }
            // The error of the difference is of second order in the step, 2e-3², plus the rounding error, 6e-8 / 2e-3.
            let slope = (shifted(2e-3) - shifted(-2e-3)) / 4e-3
            values[i] = old
            #expect(abs(slope - Double(gradient[i])) < 5e-4 * max(1, abs(slope)), "\(i)")
        }
    }

    @Test func a_whole_encoder_is_recorded_a_second_time_with_averages() throws {
        var recipe = Recipe()
        (recipe.data.viewFrames, recipe.frontend.melBands) = (32, 32)
        recipe[EfficientNetB0.Options.self].dropConnect = 0
        let store = ParameterStore()
        let graph = Graph(parameters: store, training: true)
        let builder = ModelBuilder(recipe: recipe)
        let input = builder.input(graph, views: 4)
        let online = builder.embedding(graph, builder.encoding(graph, .views(input)))
        let count = store.all.count
        let teacher = graph.withAverages { builder.embedding(graph, builder.encoding(graph, .views(input))) }
        graph.pin(online)
        graph.pin(teacher)
        _ = graph.recorded(SquaredDistance(graph, online, teacher))
        #expect(store.all.count == count)
        try store.allocate(seed: 3, training: true, averages: true)
        let program = try Program(graph, threads: 2)
        var random = RandomStream(seed: 5, purpose: .test)
        program.buffer(input).copy(from: (0..<4 * 32 * 32).map { _ in random.normal() })
        program.forward()
        #expect(program.buffer(online).array == program.buffer(teacher).array)
        // A change of the weights changes only the output of the online encoder.
        let stem = try #require(store.named("features.0.0.weight"))
        let weights = store.buffer(stem)
        for i in 0..<weights.count { weights[i] += 0.1 * random.normal() }
        let before = program.buffer(teacher).array
        program.forward()
        #expect(program.buffer(teacher).array == before && program.buffer(online).array != before)
        program.backward()
        #expect(store.gradient(stem).array.contains { $0 != 0 })
    }
}
