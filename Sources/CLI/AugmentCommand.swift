import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle augment`: hear what a transform does.
struct AugmentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "augment", abstract: "Apply an augmentation to a file, to listen to it.",
        discussion: """
            CHAIN is a transform or several, as in the recipe key augmentation.chain: “fade”, or “white-noise snr=3, \
            pitch-shift 0.5 semitones=-5..5” (a probability after the name, then parameters with a value or a range). \
            The sound is read at 16 kHz, mono, and keeps its length; the same seed draws the same.
            --list names all transforms with their parameters.
            """)

    @Argument(help: "A transform, or several with commas between them.")
    var chain: String?

    @Argument(help: "A sound file.")
    var file: String?

    @Option(help: "The sound file to write: .wav, .flac, .ogg or .mp3.")
    var output: String?

    @Option(help: "Draws what a transform leaves to chance.")
    var seed: UInt64 = 0

    @Option(help: "What changes pitch and duration: \(PitchEngine.allCases.map(\.rawValue).joined(separator: ", ")).")
    var engine = PitchEngine.vocoder

    @Flag(help: "List the transforms, their parameters, and their published and possible ranges.")
    var list = false

    func validate() throws {
        if list != (chain == nil) || (chain != nil && (file == nil || output == nil)) {
            throw ValidationError("give a transform, a sound file and --output, or --list alone")
        }
    }

    func run() throws {
        guard let chain, let file, let output else { return Self.printList() }
        let steps = try AugmentationChain(chain)
        let rate = LogMelConfiguration().sampleRate
        let machine = try PitchMachine(engine, sampleRate: rate)
        var samples = try AudioFile.read(file, sampleRate: rate)
        for transform in steps.draw(count: samples.count, seed: seed, epoch: 0, clip: 0, view: 0) {
            transform.apply(to: &samples, machine: machine)
            print(transform)
        }
        try AudioFile.write(output, samples: samples, sampleRate: rate)
        print("\(output): \(samples.count) samples at \(rate) Hz")
    }

    private static func printList() {
        func text(_ range: ClosedRange<Float>) -> String {
            range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound)..\(range.upperBound)"
        }
        for kind in WaveformTransformKind.allCases {
            print(kind.rawValue)
            for parameter in kind.parameters {
                print(
                    "  \(parameter.name)=\(text(parameter.published)) \(parameter.unit); "
                        + "within \(text(parameter.allowed))")
            }
        }
    }
}

extension PitchEngine: ExpressibleByArgument {}
