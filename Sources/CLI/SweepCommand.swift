import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle sweep`: a grid of runs.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep", abstract: "Pretrain and probe a grid of recipes, and draw the table.",
        discussion: """
            GRID is a YAML file with recipe, data, rows, columns, seeds, set (recipe keys, in whose values {row} and {column} \
            stand for the names), diagonal (the same where row and column are alike), probe (labelled data) and embedding \
            (stages or last, what the probe reads). Each run has a folder in --output; what is done is not done again, and \
            a stopped run goes on. table.md and heatmap.svg hold the accuracies, means over the seeds.
            """)

    @Argument(help: "A YAML file.")
    var grid: String

    @Option(help: "The folder of all runs.")
    var output: String

    @Option(help: "What the probe reads: stages or last. The grid's own, or the recipe's, where it is not given.")
    var embedding: Embedding.Kind?

    @Option(help: "Compute threads; 0 takes one a core.")
    var threads = 0

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    private struct Report: Encodable {
        struct Cell: Encodable {
            let row: String
            let column: String
            let seed: UInt64
            let value: Double?
            let ci95: Interval?
            let nTest: Int?
        }
        let cells: [Cell]
        let interrupted: Bool
    }

    func run() throws {
        var plan = try SweepPlan(readingFrom: grid)
        if let embedding { plan.embedding = embedding }
        let sweep = Sweep(
            plan: plan, output: output, threads: Threads.chosen(threads))
        Interruption.watch()
        let printer = TrainingPrinter()
        let (scores, interrupted) = try sweep.run(observer: printer) { line in
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
            JSONReport.print(Report(cells: cells, interrupted: interrupted))
        } else {
            print("\(cells.count { $0.value != nil }) of \(cells.count) runs done; \(output)/table.md, heatmap.svg")
        }
        if interrupted { throw ExitCode(130) }
    }
}
