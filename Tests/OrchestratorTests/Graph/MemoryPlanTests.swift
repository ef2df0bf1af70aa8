import Orchestrator
import Testing

@testable import OssicleGraph
@testable import OssicleModels

@Suite struct MemoryPlanTests {
    private func graph(training: Bool, views: Int = 4) -> Graph {
        let graph = Graph(parameters: ParameterStore(), training: training)
        var recipe = Recipe()
        recipe.data.viewFrames = 32
        let builder = ModelBuilder(recipe: recipe)
        if training {
            _ = builder.training(graph, batch: views / 2)
        } else {
            graph.pin(builder.embedding(graph, builder.encoding(graph, .views(builder.input(graph, views: views)))))
        }
        return graph
    }

    @Test(arguments: [true, false])
    func values_that_live_at_the_same_time_share_no_byte(training: Bool) {
        let plan = MemoryPlan(graph(training: training))
        #expect(plan.placements.count > 100)
        for (i, one) in plan.placements.enumerated() {
            for other in plan.placements[..<i]
            where one.first <= other.last && other.first <= one.last {
                let apart = one.offset + one.bytes <= other.offset || other.offset + other.bytes <= one.offset
                #expect(apart, "values \(one.value.id) and \(other.value.id)")
            }
        }
    }

    @Test func sharing_saves_memory_and_inference_takes_less_than_training() {
        let training = MemoryPlan(graph(training: true))
        let inference = MemoryPlan(graph(training: false))
        #expect(training.bytes < training.unsharedBytes)
        #expect(inference.bytes < training.bytes / 2)
    }

    @Test func efficientnet_has_the_published_number_of_parameters() {
        let summary = ModelSummary(recipe: Recipe())
        // The number of torchvision's efficientnet_b0 without classifier, with one input channel instead of three.
        #expect(summary.encoderParameters == 4_006_972)
        #expect(summary.dimension == 1280)
    }

    @Test(arguments: ["cola", "multi-strategy", "clar", "supervised"])
    func every_parameter_belongs_to_one_layer(name: String) throws {
        var recipe = try RecipeFile.load("Configs/\(name).yaml")
        recipe.training.batchSize = 4
        let summary = ModelSummary(recipe: recipe)
        #expect(summary.layers.map(\.parameters).reduce(0, +) == summary.parameters)
        #expect(summary.layers.allSatisfy { $0.outputBytes >= 0 } && summary.layers[0].outputBytes > 0)
    }
}
