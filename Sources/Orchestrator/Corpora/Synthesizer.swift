import Foundation

/// The programs that corpora are rendered with; training and probing need none of them.
public enum Synthesizer: String, CaseIterable, Sendable {
    case fluidsynth
    case espeakNG = "espeak-ng"

    /// The version that the program tells, or nil when it is not installed.
    public var version: String? {
        guard let program = try? ExternalProgram(rawValue, package: rawValue),
            let said = try? program.run(["--version"])
        else { return nil }
        // "FluidSynth runtime version 2.3.1", "eSpeak NG text-to-speech: 1.51  Data at: …"
        let text = String(decoding: said, as: UTF8.self)
        return text.firstMatch(of: /\d+\.\d+(\.\d+)?/).map { String($0.output.0) } ?? "unknown"
    }
}
