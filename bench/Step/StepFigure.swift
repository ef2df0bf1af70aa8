import Foundation

/// What one program reached in one process; `peers/torch_step.py` prints the same object.
struct StepFigure: Codable {
    var name: String
    var views: Int
    var threads: Int
    /// Of the median step, and of the fastest.
    var viewsPerSecond: Double
    var bestViewsPerSecond: Double
    var peakRssBytes: Int

    /// From the output of a process: the last line is the object.
    init(json: String) throws {
        let line = json.split(separator: "\n").last ?? ""
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(StepFigure.self, from: Data(line.utf8))
    }

    init(name: String, views: Int, threads: Int, timing: Timing, peakRssBytes: Int) {
        self.name = name
        self.views = views
        self.threads = threads
        viewsPerSecond = Double(views) / timing.median
        bestViewsPerSecond = Double(views) / timing.best
        self.peakRssBytes = peakRssBytes
    }
}

/// The figures of several processes of one program.
struct StepSummary: Encodable {
    var name: String
    var rounds: [StepFigure]
    /// Median over the rounds.
    var viewsPerSecond: Double
    var peakRssBytes: Int

    init(_ rounds: [StepFigure]) {
        self.rounds = rounds
        name = rounds.first?.name ?? ""
        let sorted = rounds.map(\.viewsPerSecond).sorted()
        let middle = sorted.count / 2
        viewsPerSecond = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        peakRssBytes = rounds.map(\.peakRssBytes).max() ?? 0
    }
}
