import Foundation

/// The result of one program in one process. `peers/torch_step.py` prints the same object.
struct StepFigure: Codable {
    var name: String
    var views: Int
    var threads: Int
    /// Views per second of the median step and of the fastest step.
    var viewsPerSecond: Double
    var bestViewsPerSecond: Double
    var peakRssBytes: Int

    init(name: String, views: Int, threads: Int, timing: Timing, peakRssBytes: Int) {
        self.name = name
        self.views = views
        self.threads = threads
        viewsPerSecond = Double(views) / timing.median
        bestViewsPerSecond = Double(views) / timing.best
        self.peakRssBytes = peakRssBytes
    }
}

/// The summary of several processes of one program.
struct StepSummary: Encodable {
    var name: String
    var rounds: [StepFigure]
    /// Median over the rounds.
    var viewsPerSecond: Double
    var peakRssBytes: Int

    init(_ rounds: [StepFigure]) {
        self.rounds = rounds
        name = rounds.first?.name ?? ""
        viewsPerSecond = rounds.map(\.viewsPerSecond).median
        peakRssBytes = rounds.map(\.peakRssBytes).max() ?? 0
    }
}
