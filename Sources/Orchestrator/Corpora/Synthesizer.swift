import Foundation

/// The programs that render corpora. Training and probing do not need them.
public enum Synthesizer: String, CaseIterable, Sendable {
    case fluidsynth
    case espeakNG = "espeak-ng"

    /// The version of the installed program, or `unknown` if the program does not print one; nil if it is not
    /// installed.
    public var version: String? {
        guard let program = try? ExternalProgram(rawValue, package: rawValue),
            let said = try? program.run(["--version"])
        else { return nil }
        // Examples of the output: "FluidSynth runtime version 2.3.1", "eSpeak NG text-to-speech: 1.51  Data at: …"
        let text = String(decoding: said, as: UTF8.self)
        return text.firstMatch(of: /\d+\.\d+(\.\d+)?/).map { String($0.output.0) } ?? "unknown"
    }
}
