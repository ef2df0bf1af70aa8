import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle features`: compute the log-mel spectrum of a file.
struct FeaturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features",
        abstract: "Compute the log-mel spectrum of a file and write it as an image or as an array.",
        discussion: """
            Computes the spectrum of the whole file at 16 kHz with the default front end. A .npy file contains float32 \
            values of shape (frames, bands). A .png file shows time from left to right and frequency from bottom to top.
            """)

    @Argument(help: "The sound file to read.")
    var file: String

    @Option(help: ArgumentHelp("The file to write (.png or .npy).", valueName: "file.png|file.npy"))
    var output: String

    func validate() throws {
        guard ["png", "npy"].contains(format) else {
            throw ValidationError("--output must end in .png or .npy, not “\(output)”")
        }
    }

    func run() throws {
        let configuration = LogMelConfiguration()
        let logMel = try LogMel(configuration)
        // A recording can be many hours long, so that its spectrum is written or drawn while it is computed.
        var array: NumpyRows?
        var rows = PictureRows(columns: configuration.melBands)
        func receive(_ block: [Float]) throws {
            guard format == "npy" else { return rows.add(block) }
            let opened = try array ?? NumpyRows(output, columns: configuration.melBands)
            array = opened
            try opened.append(block)
        }
        let frames = try logMel.extract(
            file: file, warn: { ProbeOptions.tell("warning: \($0)") }, receive: receive)
        guard frames > 0 else { throw FeaturesFailure(file: file, needed: configuration.windowSamples) }
        if let array {
            try array.finish()
        } else {
            try FeatureImage(logMel: rows, configuration: configuration).write(to: output)
        }
        print("\(output): \(frames) frames of \(configuration.melBands) bands")
    }

    private var format: String { URL(fileURLWithPath: output).pathExtension.lowercased() }
}

/// The error for a sound that is shorter than one window of the front end.
private struct FeaturesFailure: Error, CustomStringConvertible {
    let file: String
    let needed: Int
    var description: String { "\(file) is shorter than one window: \(needed) samples at 16 kHz" }
}
