import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle augment`: apply augmentations to a sound file.
struct AugmentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "augment", abstract: "Apply augmentations to a sound file.",
        discussion: """
            CHAIN is one or more transforms, written as in the recipe key augmentation.chain: “fade”, or “white-noise \
            snr=3, pitch-shift 0.5 semitones=-5..5”. The optional number after the name is the probability. Each \
            parameter takes a value or a range. The file is read as 16 kHz mono, and the output has the same length. \
            The same seed gives the same output. --list shows all transforms with their parameters.
            """)

    @Argument(help: "One transform, or several separated by commas.")
    var chain: String?

    @Argument(help: "The sound file to read.")
    var file: String?

    @Option(help: "The sound file to write: .wav, .flac, .ogg or .mp3.")
    var output: String?

    @Option(help: "Random seed.")
    var seed: UInt64 = 0

    @Option(
        help: """
            Backend for pitch shifting and time stretching: \
            \(PitchEngine.allCases.map(\.rawValue).joined(separator: ", ")).
            """)
    var engine = PitchEngine.vocoder

    @Flag(help: "List the transforms with the published (default) and the allowed range of each parameter.")
    var list = false

    func validate() throws {
        if list != (chain == nil) || (chain != nil && (file == nil || output == nil)) {
            throw ValidationError("give CHAIN, FILE and --output, or only --list")
        }
    }

    func run() throws {
        guard let chain, let file, let output else { return Self.printList() }
        if let recording = FileIdentity(file), recording == FileIdentity(output) {
            throw ValidationError("--output is the recording itself, which would be lost; give another file")
        }
        let steps = try AugmentationChain(chain)
        let rate = LogMelConfiguration().sampleRate
        let machine = try PitchMachine(engine, sampleRate: rate)
        var samples = try AudioFile.read(file, sampleRate: rate) { ProbeOptions.tell("warning: \($0)") }
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
