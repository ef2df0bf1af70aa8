import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle sweep`: pretrain and probe a grid of recipes.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep", abstract: "Pretrain and probe a grid of recipes, and write a table and a heat map.",
        discussion: """
            GRID is a YAML file with the keys recipe, data, rows, columns, seeds, set (recipe keys and values, in \
            which {row} and {column} are replaced by the names), diagonal (further keys and values for cells with \
            equal row and column), probe (labelled data) and embedding (stages or last, the source of the embedding). \
            Each run has a folder in --output. Finished runs are skipped, and interrupted runs are resumed. Only one \
            process at a time can use an --output. table.md \
            and heatmap.svg contain the accuracies, averaged over the seeds.
            """)

    @Argument(help: "The YAML file of the grid.")
    var grid: String

    @Option(help: "The folder for all runs.")
    var output: String

    @Option(help: "Source of the embedding: stages or last. Default: the value in the grid, or in the recipe.")
    var embedding: Embedding.Kind?

    @Option(help: "Number of compute threads. 0: one per core.")
    var threads = 0

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    private struct Report: Encodable {
        struct Cell: Encodable {
            let row: String
            let column: String
            let seed: UInt64
            @Nullable var value: Double?
            @Nullable var ci95: Interval?
            @Nullable var nTest: Int?
        }
        let cells: [Cell]
        let interrupted: Bool
        let warnings: [String]
    }

    func run() throws {
        // Until the first training there is nothing to save. `TrainingPrinter.began` changes the response.
        Interruption.endAtSignals(saying: "ossicle: interrupted; start the sweep again to continue it")
        var plan = try SweepPlan(readingFrom: grid)
        if let embedding { plan.embedding = embedding }
        let sweep = Sweep(
            plan: plan, output: output, threads: try Threads.chosen(threads))
        let printer = TrainingPrinter()
        let (scores, interrupted, warnings) = try sweep.run(observer: printer) { line in
            printer.close()
            ProbeOptions.tell(line)
        }
        printer.close()
        let cells = zip(sweep.plan.cells, scores).map { cell, score in
            Report.Cell(
                row: cell.row, column: cell.column, seed: cell.seed, value: score?.value, ci95: score?.ci95,
                nTest: score?.clips)
        }
        if json {
            let all = warnings + printer.warnings.filter { !warnings.contains($0) }
            JSONReport.print(Report(cells: cells, interrupted: interrupted, warnings: all))
        } else {
            print("\(cells.count { $0.value != nil }) of \(cells.count) runs finished; \(output)/table.md, heatmap.svg")
        }
        if interrupted { throw ExitCode(Interruption.exitCode) }
    }
}
