import Foundation
import Orchestrator

/// Prints the progress of a run on standard error: a progress bar on a terminal; elsewhere one line every ten seconds.
/// One more line is printed per epoch.
final class TrainingPrinter: TrainingObserver {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var lastPrinted = 0.0
    private var hasBar = false
    private var hasBegun = false
    /// All warnings so far, without repetitions.
    private(set) var warnings: [String] = []

    /// From the first step on, signals are requests to stop with a checkpoint. A later training must not clear a request.
    func began() {
        if !hasBegun { Interruption.watch() }
        hasBegun = true
    }

    func progressed(_ progress: TrainingProgress) {
        let now = ProcessInfo.processInfo.systemUptime
        guard now - lastPrinted > (isTerminal ? 0.2 : 10) else { return }
        lastPrinted = now
        let text = Self.line(progress)
        if isTerminal {
            write("\r\u{1B}[K" + Self.bar(Double(progress.step) / Double(max(1, progress.steps))) + " " + text)
            hasBar = true
        } else {
            write(text + "\n")
        }
    }

    func finished(_ epoch: EpochSummary) {
        clear()
        write(
            "epoch \(epoch.epoch) · step \(epoch.step) · loss \(Self.number(epoch.loss, 4)) · pretext accuracy "
                + "\(Self.percent(epoch.pretextAccuracy)) · effective rank \(Self.number(epoch.effectiveRank, 1)) · "
                + "deviation \(Self.number(epoch.deviationMean, 4)) · \(Int(epoch.viewsPerSecond)) views/s · data wait "
                + "\(Self.percent(epoch.dataWaitFraction))\n")
    }

    func evaluated(_ evaluation: EvaluationSummary) {
        clear()
        let interval = evaluation.ci95.map { "\(Self.number($0.low, 3)), \(Self.number($0.high, 3))" } ?? "undefined"
        write(
            "epoch \(evaluation.epoch) · probe accuracy \(Self.number(evaluation.probeAccuracy, 3)) [\(interval)] in "
                + "\(Self.duration(evaluation.seconds))\n")
    }

    func warned(_ sentence: String) {
        if !warnings.contains(sentence) { warnings.append(sentence) }
        clear()
        write("warning: \(sentence)\n")
    }

    func close() { clear() }

    func summarize(_ report: TrainingReport, output: String) {
        print(
            "\(report.interrupted ? "stopped" : "trained") after \(report.steps) steps, \(report.epochs) epochs, in "
                + "\(Self.duration(report.seconds)): loss \(Self.number(report.lossFirst, 3)) → "
                + "\(Self.number(report.lossLast, 3)), pretext accuracy \(Self.percent(report.pretextAccuracy)), "
                + "\(Int(report.viewsPerSecond)) views/s; \(output)/\(Checkpoint.fileName)")
    }

    private func clear() {
        if hasBar { write("\r\u{1B}[K") }
        hasBar = false
    }

    private func write(_ text: String) { StandardError.write(text) }

    private static func line(_ progress: TrainingProgress) -> String {
        "epoch \(progress.epoch)/\(progress.epochs) · step \(progress.step)/\(progress.steps) · loss "
            + "\(number(progress.loss, 4))\(parts(progress.losses)) · pretext accuracy "
            + "\(percent(progress.pretextAccuracy)) · \(Int(progress.viewsPerSecond)) views/s · data wait "
            + "\(percent(progress.dataWaitFraction)) · "
            + "\(duration(progress.secondsLeft)) left"
    }

    /// The terms of the loss, as text.
    private static func parts(_ losses: [String: Double]?) -> String {
        guard let losses else { return "" }
        let texts = losses.sorted { $0.key < $1.key }.map { "\($0.key) \(number($0.value, 3))" }
        return " (\(texts.joined(separator: ", ")))"
    }

    private static func bar(_ share: Double) -> String {
        let filled = Int((20 * min(1, share)).rounded(.down))
        return "[" + String(repeating: "█", count: filled) + String(repeating: "·", count: 20 - filled) + "]"
    }

    private static func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
    private static func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }

    private static func duration(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        if whole >= 3600 { return "\(whole / 3600) h \(whole / 60 % 60) min" }
        return whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
    }
}
